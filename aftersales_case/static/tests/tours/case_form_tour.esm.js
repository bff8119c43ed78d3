import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const help = (label) => `label:contains(${label}) sup`;

tours.add("aftersales_case_help", {
    steps: () => [
        {
            content: "The type explains a field in the tooltip of its label",
            trigger: `.o_group ${help("Supplier")}`,
            run: "hover",
        },
        {trigger: ".o-tooltip--help:contains(Who made it)"},
        {
            content: "An own field likewise",
            trigger: `.o_field_properties ${help("How Many")}`,
            run: "hover",
        },
        {trigger: ".o-tooltip--help:contains(Broken ones only)"},
        {
            content: "What has no label is explained above the field",
            trigger: ".o_aftersales_help:contains(In the words of the customer)",
        },
        {
            content: "A field that is not explained says nothing",
            trigger: ".o_group label:contains(Project):not(:has(sup))",
        },
        {
            content: "Tab leaves a long text like any other field",
            trigger: ".o_field_widget[name=description] .note-editable",
            run: "click && press Tab",
        },
        {
            content: "Nothing was written into it",
            trigger:
                ".o_field_widget[name=description]:not(:focus-within):not(:has(.oe-tabs))",
        },
    ],
});

tours.add("aftersales_case_signatures", {
    steps: () => [
        {
            trigger: ".o_notebook .nav-link:contains(Signatures)",
            run: "click",
        },
        {
            content: "One is drawn",
            trigger:
                ".o_field_widget[name=signature_ids] .o_data_row:contains(Work done):contains(Anna Janssen) td[name=image] img",
        },
        {
            content: "The other typed, and nothing can be added or taken away",
            trigger:
                ".o_field_widget[name=signature_ids]:not(:has(.o_field_x2many_list_row_add)):not(:has(.o_list_record_remove)) .o_data_row:contains(Agreement) td[name=is_typed] input:checked",
        },
        {
            trigger: ".o_data_row:contains(Work done) td[name=name]",
            run: "click",
        },
        {
            content: "All of it is read there",
            trigger: ".modal .o_field_widget[name=digest]",
        },
    ],
});

const openGear = {trigger: ".o_cp_action_menus .dropdown-toggle", run: "click"};

tours.add("aftersales_case_gear_of_reporter", {
    steps: () => [
        openGear,
        {
            content: "Who may not set up own fields is not offered to",
            trigger:
                ".o-dropdown--menu:contains(Duplicate):not(:contains(Edit Properties))",
        },
    ],
});

tours.add("aftersales_case_gear_of_manager", {
    steps: () => [openGear, {trigger: ".o-dropdown--menu:contains(Edit Properties)"}],
});
