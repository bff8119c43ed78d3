import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("aftersales_inbox_refused", {
    steps: () => [
        {
            content: "The inbox says how many mails were refused",
            trigger: ".o_aftersales_refused:contains(2)",
        },
        {
            trigger: ".o_aftersales_refused button",
            run: "click",
        },
        {
            content: "They are shown, what waits is not",
            trigger:
                ".o_list_view:not(:has(.o_data_cell:contains(Waiting here))) .o_data_cell:contains(Members of the tour)",
            run: "click",
        },
        {
            trigger: "button[name=action_allow_sender]",
            run: "click",
        },
        {
            content: "It is back in the inbox",
            trigger: ".o_arrow_button_current:contains(Waiting)",
        },
    ],
});
