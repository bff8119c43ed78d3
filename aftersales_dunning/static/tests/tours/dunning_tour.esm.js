import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const row = (name) => `.o_data_row:contains(${name})`;

tours.add("aftersales_dunning_release", {
    steps: () => [
        {
            content: "Open the filters of the invoices",
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            trigger: ".o_filter_menu .o_menu_item:contains(/^Held$/)",
            run: "click",
        },
        {
            content: "What nobody complained about is gone, what is held stays",
            trigger: `.o_list_renderer:not(:has(${row("Tour Free")})) ${row("Tour Held")}:contains(Partly held)`,
        },
        {
            trigger: `${row("Tour Held")} td[name=invoice_partner_display_name]`,
            run: "click",
        },
        {
            content: "The banner says how much is held, and by which case",
            trigger:
                "[name=dunning_notice]:contains(460.00):contains(1,150.00):contains(not dunned)",
        },
        {
            content: "Debtor control reads the case",
            trigger: "[name=dunning_notice] button:contains(Open the Case)",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name=name]:has(textarea:value(Tour Machine leaks))",
        },
        {
            content: "Back to the invoice",
            trigger: ".o_back_button, .breadcrumb-item:last a",
            run: "click",
        },
        {
            trigger: "[name=dunning_notice] button[name=action_release_holds]",
            run: "click",
        },
        {
            content: "Other terms than the reason's",
            trigger:
                ".modal .o_field_widget[name=release_policy] .o_radio_item:contains(Wait some days) input",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=wait_days] input",
            run: "edit 5",
        },
        {trigger: ".modal button[name=action_release]", run: "click"},
        {
            content: "Nothing is in review any more, and dunning waits",
            trigger:
                "body:not(:has(.modal)) .o_form_view [name=dunning_notice]:contains(Not dunned before)",
        },
        {trigger: ".o_notebook a[name=dunning]", run: "click"},
        {
            content: "The hold is kept, and the tab says what comes next",
            trigger: ".o_field_widget[name=hold_ids] .o_data_row:contains(Released)",
        },
        {
            trigger:
                ".o_field_widget[name=hold_ids] .o_data_row:contains(Waits for its date)",
        },
    ],
});

tours.add("aftersales_dunning_case", {
    steps: () => [
        {
            content: "The slip was found",
            trigger: ".o_field_widget[name=slip_number] input:value(/OUT/)",
        },
        {trigger: ".o_notebook a[name=invoices]", run: "click"},
        {
            content: "Its invoice is held for what is concerned",
            trigger:
                ".o_field_widget[name=hold_ids] .o_data_row:contains(230.00):contains(Active)",
        },
        {
            content: "Two of the five machines, where they are billed",
            trigger:
                ".o_field_widget[name=share_ids] .o_data_row:contains(Espresso Machine):contains(2.00)",
        },
        {
            content: "The amount stands above, too",
            trigger: "button[name=action_view_holds]:contains(230.00)",
        },
        {
            content: "Hold another invoice of the customer",
            trigger: "button[name=action_hold_invoice]",
            run: "click",
        },
        {
            content: "Service chooses it, although it reads no invoices",
            trigger: ".modal .o_field_widget[name=move_id] input",
            run: "click",
        },
        {
            trigger:
                ".modal .o_field_widget[name=move_id] .dropdown-item:contains(TOUR/2)",
            run: "click",
        },
        {trigger: ".modal button:contains(Do Not Dun)", run: "click"},
        {
            trigger: ".o_field_widget[name=hold_ids] .o_data_row:contains(TOUR/2)",
        },
        {
            trigger: "button[name=action_view_holds]:contains(730.00)",
        },
    ],
});
