import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("aftersales_portal_rate", {
    steps: () => [
        {
            content: "Say how it was",
            trigger: "[name='case_rating'] a",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Satisfied",
            trigger: "label:contains('Satisfied')",
            run: "click",
        },
        {
            content: "And why",
            trigger: "textarea[name='feedback']",
            run: "edit Very quick",
        },
        {
            content: "Send it",
            trigger: "form.o_aftersales_form button.btn-primary",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is said",
            trigger: "[name='rated'] b:contains('Satisfied')",
        },
    ],
});
