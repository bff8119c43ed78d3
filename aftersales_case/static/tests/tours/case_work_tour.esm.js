import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const row = (name) => `.o_data_row:contains(${name})`;

tours.add("aftersales_case_drag_in_list", {
    steps: () => [
        {
            // Its address opens the list; a click would load it anew under the drag.
            content: "The cases are shown as a list",
            trigger: ".o_switch_view.o_list.active",
        },
        {
            content: "Drag the last case to the top",
            trigger: `${row("Tour Case C")} .o_row_handle`,
            run: `drag_and_drop(${row("Tour Case A")})`,
        },
        {
            content: "It stands above the others, saved: it may be dragged again",
            trigger: `${row("Tour Case C")}.o_row_draggable:first ~ ${row("Tour Case A")}`,
        },
    ],
});

tours.add("aftersales_case_merge", {
    steps: () => [
        {
            content: "Say what the trouble is",
            trigger: ".o_field_widget[name=name] textarea",
            run: "edit Boiler drips",
        },
        {
            content: "Choose who told us",
            trigger: ".o_field_widget[name=contact_id] input",
            run: "edit Anna Janssen",
        },
        {
            trigger:
                ".o_field_widget[name=contact_id] .dropdown-item:contains(Anna Janssen)",
            run: "click",
        },
        {
            content: "The same trouble was reported before",
            trigger:
                ".o_field_widget[name=suggested_case_ids] td:contains(Boiler drips on the floor)",
        },
        {trigger: ".o_form_button_save", run: "click"},
        {
            trigger:
                ".o_field_widget[name=suggested_case_ids] button[name=action_merge]",
            run: "click",
        },
        {
            content: "The older case goes on",
            trigger: ".modal .o_field_widget[name=target_id] input:value(on the floor)",
        },
        {trigger: ".modal button[name=action_merge]", run: "click"},
        {
            content: "The other case is open now",
            trigger:
                ".o_field_widget[name=name] textarea:value(Boiler drips on the floor)",
        },
    ],
});

tours.add("aftersales_case_triage", {
    steps: () => [
        {
            trigger: `${row("Tour Grinder")} button:contains(Assess)`,
            run: "click",
        },
        {
            trigger:
                ".modal .o_field_widget[name=urgency] .o_radio_item:contains(High) input",
            run: "click",
        },
        {
            trigger:
                ".modal .o_field_widget[name=impact] .o_radio_item:contains(High) input",
            run: "click",
        },
        {
            content: "Priority follows",
            trigger:
                ".modal .o_field_widget[name=priority] .fa-star[aria-label=Urgent]",
        },
        {trigger: ".modal button[name=action_apply]", run: "click"},
        {trigger: ".o_list_renderer:not(:contains(Tour Grinder))"},
    ],
});

tours.add("aftersales_case_handover", {
    steps: () => [
        {
            trigger: ".o_cp_action_menus button:has(.fa-cog)",
            run: "click",
        },
        {
            trigger: ".o_menu_item:contains(Archive)",
            run: "click",
        },
        {
            content: "Odoo asks whether to archive at all",
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "He has open cases",
            trigger:
                ".modal:contains(Hand them over first) button:contains(Hand Over Cases)",
            run: "click",
        },
        {
            content: "They are listed by type",
            trigger: ".modal .o_field_widget[name=line_ids] td:contains(Complaint)",
        },
        {
            trigger: ".modal .o_field_widget[name=to_user_id] input:first",
            run: "edit Bram",
        },
        {
            trigger: ".dropdown-item:contains(Bram Agent)",
            run: "click",
        },
        {
            content: "All lines follow",
            trigger: ".modal .o_data_row:contains(Bram Agent)",
        },
        {
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "Handed over and archived",
            trigger: ".o_form_view .ribbon:contains(Archived), body:not(:has(.modal))",
        },
    ],
});
