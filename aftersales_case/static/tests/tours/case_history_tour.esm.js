import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("aftersales_case_history", {
    steps: () => [
        {
            content: "The past is read when its tab is opened",
            trigger:
                ".o_notebook:not(:has(.o_aftersales_case_history)) a[name=history]",
            run: "click",
        },
        {
            content: "It tells who held the case",
            trigger: ".o_aftersales_case_history:contains(Whose turn it was)",
        },
        {
            content: "Move the case on",
            trigger: ".o_arrow_button:contains(In Progress)",
            run: "click",
        },
        {
            content: "The move stands in it at once",
            trigger: ".o_aftersales_case_history table:contains(New → In Progress)",
        },
    ],
});
