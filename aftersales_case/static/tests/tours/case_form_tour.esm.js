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
    ],
});
