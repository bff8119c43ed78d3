import {registry} from "@web/core/registry";

const claim = ".o_data_row:contains(Claim of the tour)";
const reject = `${claim} button[name=action_reject_claim]`;

registry.category("web_tour.tours").add("aftersales_case_reject_claim", {
    steps: () => [
        {trigger: reject, run: "click"},
        {
            content: "It is asked first, and can be left",
            trigger: ".modal:contains(Forget what) .modal-footer .btn-secondary",
            run: "click",
        },
        {trigger: "body:not(:has(.modal))"},
        {trigger: reject, run: "click"},
        {trigger: ".modal-footer button:contains(Reject)", run: "click"},
        {trigger: `.o_action_manager:not(:has(${claim}))`},
    ],
});
