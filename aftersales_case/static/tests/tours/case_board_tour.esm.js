import {registry} from "@web/core/registry";

const card = ".o_kanban_record:contains(Boiler drips)";

registry.category("web_tour.tours").add("aftersales_case_board", {
    steps: () => [
        {
            content: "Open the board of the type from the overview",
            trigger: ".o_aftersales_type:contains(Tour Complaint) .o_aftersales_open",
            run: "click",
        },
        {
            content: "Move the case without opening it",
            trigger: `.o_kanban_group:contains(New) ${card}`,
            run: "drag_and_drop(.o_kanban_group:contains(In Progress))",
        },
        {
            content: "It stands in its new stage",
            trigger: `.o_kanban_group:contains(In Progress) ${card}`,
        },
    ],
});

registry.category("web_tour.tours").add("aftersales_case_report", {
    steps: () => [
        {
            content: "Cases are reported from the menu",
            trigger: "button[data-menu-xmlid='aftersales_case.menu_cases']",
            run: "click",
        },
        {
            trigger: "a[data-menu-xmlid='aftersales_case.menu_report']",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=name] input",
            run: "edit Cups arrived broken",
        },
        {
            content: "The responsible need not be known",
            trigger: ".modal footer button[name=action_reported]",
            run: "click",
        },
        {
            content: "Its number and who takes care of it are told",
            trigger: ".o_notification:contains(takes care of it)",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
    ],
});
