import {registry} from "@web/core/registry";

const step = (name) => `.o_kanban_record:contains(${name})`;

registry.category("web_tour.tours").add("aftersales_start", {
    steps: () => [
        {
            content: "The overview tells a manager what is not set up",
            trigger: ".o_aftersales_start:contains(First steps) button.btn-primary",
            run: "click",
        },
        {
            content: "What is missing has a button that leads there",
            trigger: `${step("Put teams together")} button[name=action_open]`,
            run: "click",
        },
        {
            content: "The teams are there; back to the steps",
            trigger: ".o_list_view .o_data_row",
        },
        {trigger: ".o_breadcrumb a:contains(First Steps)", run: "click"},
        {
            content: "Who does not want it any more hides it",
            trigger: "button[name=action_hide]",
            run: "click",
        },
        {
            content: "It can be shown again",
            trigger: "button[name=action_show]:not(:disabled)",
        },
    ],
});
