import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const goods = ".o_field_widget[name=line_ids]";

tours.add("aftersales_case_slip", {
    steps: () => [
        {
            trigger: ".o_field_widget[name=name] textarea",
            run: "edit Two filters are missing",
        },
        {
            content: "The number of the slip, as it was scanned",
            trigger: ".o_field_widget[name=slip_number] input",
            run: "edit tour-slip-1 && press Tab",
        },
        {
            content: "The customer is filled in",
            trigger: ".o_field_widget[name=partner_id] input:value(Janssen Horeca)",
        },
        {
            trigger: ".o_field_widget[name=order_ref]:contains(S-4711)",
        },
        {
            trigger: ".o_notebook .nav-link[name=goods]",
            run: "click",
        },
        {
            content: "So are the goods, with their lots",
            trigger: `${goods} .o_data_row:contains(Grinder M60):contains(M60-1)`,
        },
        {
            content: "The grinder is all right",
            trigger: `${goods} .o_data_row:contains(Grinder M60) td[name=concerned]`,
            run: "click",
        },
        {
            content: "One click unticks it",
            trigger: `${goods} .o_selected_row td[name=concerned] input:not(:checked)`,
        },
        {
            content: "Of the filters only two are missing",
            trigger: `${goods} .o_data_row:contains(Water Filter) td[name=quantity]`,
            run: "click",
        },
        {
            trigger: `${goods} .o_data_row:contains(Water Filter) td[name=quantity] input`,
            run: "edit 2",
        },
        {trigger: ".o_form_button_save", run: "click"},
        {
            content: "The new case has its number",
            trigger: ".o_form_saved .o_field_widget[name=number]:contains(TCMP)",
        },
    ],
});

tours.add("aftersales_case_slip_choice", {
    steps: () => [
        {
            trigger: ".o_field_widget[name=slip_number] input",
            run: "edit S-4712 && press Tab",
        },
        {
            trigger: ".alert-warning:contains(Which slip is it)",
        },
        {trigger: ".o_form_button_save", run: "click"},
        {
            content: "Two deliveries of that order are offered",
            trigger: `.o_form_saved .o_field_widget[name=slip_candidate_ids]
                .o_data_row:contains(tour-slip-3) button`,
            run: "click",
        },
        {
            trigger: ".o_form_view:not(:has(.alert-warning:contains(Which slip)))",
        },
        {
            trigger: ".o_field_widget[name=picking_id] input:value(tour-slip-3)",
        },
    ],
});
