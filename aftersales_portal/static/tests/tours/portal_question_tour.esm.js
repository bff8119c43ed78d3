import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("aftersales_portal_question", {
    steps: () => [
        {
            content: "The case waits for you: answer",
            trigger: "[name='case_next'] a.btn-primary",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Ship it",
            trigger: "button[name='button']:contains('Please ship it')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is answered",
            trigger: "[name='question_answer']:contains('Please ship it')",
        },
        {
            content: "Take it back",
            trigger: "button[value='undo']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Pick it up",
            trigger: "button[name='button']:contains('I pick it up')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is answered again",
            trigger: "[name='question_answer']:contains('I pick it up')",
        },
    ],
});
