import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("aftersales_portal_follow", {
    steps: () => [
        {
            content: "The home page leads to my cases",
            trigger: "a[href='/my/cases']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Mine is in the list, with its status",
            trigger:
                "[name='case_table'] tr:contains('Being worked on') a:contains('Leak')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Its page says what happens next",
            trigger: "[name='case_next']",
        },
        {
            content: "And what was said",
            trigger: "[name='case_timeline']:contains('We look at it')",
        },
        {
            content: "Answer",
            trigger: "textarea[name='message']",
            run: "edit Thank you",
        },
        {
            content: "Send the answer",
            trigger: "form:has(textarea[name='message']) button.btn-primary",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It stands among what was said",
            trigger: "[name='case_timeline']:contains('Thank you')",
        },
    ],
});

registry.category("web_tour.tours").add("aftersales_portal_change", {
    steps: () => [
        {
            content: "Change what I told",
            trigger: "[name='case_actions'] a[href$='/change']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It was more",
            trigger: "input[name='properties-quantity']",
            run: "edit 5",
        },
        {
            content: "Save it",
            trigger: "form.o_aftersales_form button.btn-primary",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The page shows it",
            trigger: "[name='case_answers'] dd:contains('5')",
        },
    ],
});
