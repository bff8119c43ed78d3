import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const block = ".o_field_widget[name=restricted_properties]";
const progress = {
    trigger: ".o_statusbar_status button:contains(In Progress)",
    run: "click",
};

tours.add("aftersales_case_rights_agent", {
    steps: () => [
        {
            content: "The form opens, without what is not for agents",
            trigger: ".o_form_view:not(:has(.o_field_widget[name=cost]))",
        },
        {trigger: `.o_form_view:not(:has(${block}))`},
        {trigger: ".o_notebook .nav-link:contains(Outcome)", run: "click"},
        {
            content: "The cause is seen, not changed",
            trigger: ".o_field_widget[name=cause_id].o_readonly_modifier",
        },
        {
            ...progress,
            content: "Nor does he move on what only others complete",
        },
        {
            trigger:
                ".modal:contains(“Share” is not filled in, which only Team Leader)",
        },
        {trigger: ".modal .o-default-button", run: "click"},
        {trigger: "body:not(:has(.modal))"},
        {
            content: "Change something else",
            trigger: ".o_field_widget[name=name] textarea",
            run: "edit Boiler drips a lot",
        },
        {trigger: ".o_form_button_save", run: "click"},
        {trigger: ".o_form_saved"},
        {
            content: "The board",
            trigger: ".o_control_panel .breadcrumb-item a",
            run: "click",
        },
        {trigger: ".o_kanban_record:contains(Boiler drips a lot)"},
        {trigger: ".o_switch_view.o_list", run: "click"},
        {trigger: ".o_data_row:contains(Boiler drips a lot)"},
        {trigger: ".o_searchview_dropdown_toggler", run: "click"},
        {
            content: "No group by a hidden field",
            trigger:
                ".o_group_by_menu:contains(Team):not(:contains(Supplier)):not(:contains(Costs))",
        },
        {trigger: ".o_switch_view.o_pivot", run: "click"},
        {trigger: ".o_pivot table"},
        {trigger: ".o_switch_view.o_graph", run: "click"},
        {trigger: ".o_graph_renderer"},
    ],
});

tours.add("aftersales_case_rights_leader", {
    steps: () => [
        {
            content: "The block of the own fields for few",
            trigger: `${block} .o_property_field[property-name=guilt]`,
        },
        {
            ...progress,
            content: "Move on",
        },
        {
            content: "The small form asks the missing one, and no other",
            trigger: `.modal ${block}:not(:contains(Guilt)) .o_property_field[property-name=share] input`,
            run: "edit 7",
        },
        {
            trigger: ".modal .o_form_button_save:contains(Move to In Progress)",
            run: "click",
        },
        {trigger: "body:not(:has(.modal))"},
        {trigger: ".o_form_saved .o_arrow_button_current:contains(In Progress)"},
    ],
});
