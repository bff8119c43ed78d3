import {registry} from "@web/core/registry";

const row = ".modal .o_selected_row";
const next = (content) => ({
    content,
    trigger: ".modal footer button[name=action_next]:enabled",
    run: "click",
});
const addLine = (field) => ({
    trigger: `.modal [name=${field}] .o_field_x2many_list_row_add a`,
    run: "click",
});
const pick = (cell, text) => [
    {
        trigger: `${row} [name=${cell}] input`,
        run: `edit ${text}`,
    },
    {
        trigger: `.o-autocomplete--dropdown-item:contains(${text})`,
        run: "click",
    },
];
const choose = (cell, text) => [
    {
        trigger: `${row} [name=${cell}] input`,
        run: "click",
    },
    {
        trigger: `.o_select_menu_item:contains(${text})`,
        run: "click",
    },
];

registry.category("web_tour.tours").add("aftersales_case_type_assistant", {
    steps: () => [
        {
            content: "Configuration has an assistant",
            trigger: ".o_menu_sections button:contains(Configuration)",
            run: "click",
        },
        {
            trigger: ".dropdown-item:contains(New Case Type)",
            run: "click",
        },
        {
            content: "A name; the code follows",
            trigger: ".modal [name=name] input",
            run: "edit Recall",
        },
        {
            trigger: ".modal [name=code] input",
            run: "click",
        },
        {
            trigger: ".modal [name=code] input:value(/^REC/)",
        },
        next("On to the stages"),
        addLine("stage_line_ids"),
        {
            content: "A stage of our own",
            trigger: `${row} [name=name] input`,
            run: "edit Being Inspected",
        },
        {
            content: "Leave the row",
            trigger: ".modal p.text-muted:visible",
            run: "click",
        },
        {
            content: "It belongs before the end",
            trigger: ".modal .o_data_row:contains(Being Inspected) .o_row_handle",
            run: "drag_and_drop(.modal [name=stage_line_ids] .o_data_row:nth-child(2))",
        },
        next("On to the own fields"),
        addLine("field_line_ids"),
        {
            content: "A text that must be there before the inspection",
            trigger: `${row} [name=name] input`,
            run: "edit Batch Number",
        },
        ...pick("required_from_id", "Being Inspected"),
        addLine("field_line_ids"),
        {
            content: "A choice",
            trigger: `${row} [name=name] input`,
            run: "edit Danger",
        },
        ...choose("kind", "Choice"),
        {
            trigger: `${row} [name=options] input`,
            run: "edit Low, High",
        },
        next("On to the layout"),
        {
            content: "A field of no use here",
            trigger: ".modal .o_data_row:contains(Site Address) [name=shown] input",
            run: "click",
        },
        next("On to the gates"),
        addLine("gate_line_ids"),
        ...pick("stage_line_id", "Being Inspected"),
        ...choose("kind", "Something is ticked off"),
        {
            content: "What must be ticked off",
            trigger: `${row} [name=checklist_text] input`,
            run: "edit Goods are locked up",
        },
        {
            content: "Make it and try it",
            trigger: ".modal footer button[name=action_finish]",
            run: "click",
        },
        {
            content: "The example case has the new field and lacks the hidden one",
            trigger: ".o_property_field[property-name=batch_number]",
        },
        {
            trigger: ".o_form_view:not(:has(.o_field_widget[name=site_id]))",
        },
        {
            trigger: ".o_property_field[property-name=batch_number] input",
            run: "edit L-17",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=number]:contains(REC/)",
        },
        {
            content: "The gate holds",
            trigger: ".o_notebook .nav-link:contains(Checklist)",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains(Goods are locked up) td[name=name]",
            run: "click",
        },
        {
            trigger: ".o_selected_row td[name=done] input:enabled",
            run: "click",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "Ticked off, the case goes on",
            trigger: ".o_statusbar_status button:contains(Being Inspected)",
            run: "click",
        },
        {
            trigger: ".o_arrow_button_current:contains(Being Inspected)",
        },
        {
            content: "It is saved",
            trigger: ".o_form_saved",
        },
    ],
});
