import {queryAll, queryAllTexts} from "@odoo/hoot-dom";
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const card = ".o_kanban_record:contains(Boiler drips)";
const form = ".modal .o_form_view";
// By its header: the cards of other columns name the stage, too.
const column = (stage) => `.o_kanban_group:has(.o_kanban_header:contains(${stage}))`;

function expectEqual(found, wanted) {
    if (JSON.stringify(found) !== JSON.stringify(wanted)) {
        throw new Error(`${JSON.stringify(found)} is not ${JSON.stringify(wanted)}`);
    }
}

function fieldsOfDialog() {
    return queryAll(`${form} .o_field_widget[name]:visible`)
        .map((el) => el.getAttribute("name"))
        .sort();
}

function chooseCause(cause) {
    return [
        {
            trigger: `${form} .o_field_widget[name=cause_id] input`,
            run: `edit ${cause}`,
        },
        {
            trigger: `.o-autocomplete--dropdown-item:contains(${cause})`,
            run: "click",
        },
    ];
}

const openBoard = {
    content: "Open the board of the type from the overview",
    trigger: ".o_aftersales_type:contains(Tour Complaint) .o_aftersales_open",
    run: "click",
};
const dragToProgress = {
    content: "Move the case to the next stage",
    trigger: `${column("New")} ${card}`,
    run: `drag_and_drop(${column("In Progress")})`,
};
const move = {
    content: "Fields and stage are saved together",
    trigger: ".modal .o_form_button_save:contains(Move to In Progress)",
    run: "click",
};
const discard = {
    trigger: ".modal .o_form_button_cancel",
    run: "click",
};
const noDialog = {trigger: "body:not(:has(.modal))"};

tours.add("aftersales_gate_drag", {
    steps: () => [
        openBoard,
        {
            content: "The card says what is missing before any drag",
            trigger: `${card} .o_aftersales_gate_preview:contains(Before In Progress)`,
            run: ({anchor}) =>
                expectEqual(
                    anchor.title,
                    "Before In Progress: 1 × Tour Photo, Device is complete, Cause, Costs"
                ),
        },
        dragToProgress,
        {
            content: "The small form asks exactly what is missing",
            trigger: `.modal-title:contains(Before In Progress)`,
            run: () =>
                expectEqual(fieldsOfDialog(), ["cause_id", "checklist_ids", "cost"]),
        },
        discard,
        noDialog,
        {
            content: "The card is back in its column",
            trigger: `${column("New")} ${card}`,
        },
        dragToProgress,
        {
            content: "The card waits in the target column",
            trigger: `${column("In Progress")} ${card}`,
        },
        {
            content: "An empty answer is not accepted",
            ...move,
        },
        {
            trigger: `${form} .o_field_widget[name=cause_id].o_field_invalid`,
        },
        ...chooseCause("Wear"),
        {
            trigger: ".o_aftersales_gate_checklist label:contains(Device is complete)",
            run: "click",
        },
        {
            content: "A file the customer sent by mail counts, once it has a kind",
            trigger: ".o_aftersales_gate_file button:contains(mailed.jpg)",
            run: "click",
        },
        {
            trigger: ".o_aftersales_gate_file i[title=Complete]",
        },
        move,
        noDialog,
        {
            content: "The card stands in its new stage, asking for nothing of it",
            trigger: `${column("In Progress")} ${card}:not(:contains(Before In Progress))`,
        },
    ],
});

tours.add("aftersales_gate_upload", {
    steps: () => [
        openBoard,
        dragToProgress,
        {
            trigger: `${form} .o_aftersales_gate_file .o_input_file:not(:visible)`,
            run: ({anchor}) => {
                const files = new DataTransfer();
                files.items.add(new File(["x"], "leak.jpg", {type: "image/jpeg"}));
                anchor.files = files.files;
                anchor.dispatchEvent(new Event("change", {bubbles: true}));
            },
        },
        {trigger: ".o_aftersales_gate_file a:contains(leak.jpg)"},
        move,
        noDialog,
        {trigger: `${column("In Progress")} ${card}`},
    ],
});

tours.add("aftersales_gate_role", {
    steps: () => [
        openBoard,
        dragToProgress,
        {
            content: "No form can help: the text says who may",
            trigger: ".o_aftersales_gate_refused:contains(Only Team Leader may move)",
        },
        {
            trigger: ".modal .o-default-button",
            run: "click",
        },
        noDialog,
        {trigger: `${column("New")} ${card}`},
    ],
});

tours.add("aftersales_gate_approval", {
    steps: () => [
        openBoard,
        dragToProgress,
        ...chooseCause("Wear"),
        {
            trigger: ".o_aftersales_gate_approval button:contains(Ask Approval)",
            run: "click",
        },
        {trigger: ".o_aftersales_gate_approval .badge:contains(Asked)"},
        move,
        {
            content: "What was answered is kept while the case waits",
            trigger: ".o_notification:contains(Saved; not yet in In Progress)",
        },
        noDialog,
        {trigger: `${column("New")} ${card}`},
    ],
});

const editTitle = (text) => ({
    trigger: ".o_field_widget[name=name] textarea, .o_field_widget[name=name] input",
    run: `edit ${text}`,
});
const clickProgress = {
    trigger: ".o_statusbar_status button:contains(In Progress)",
    run: "click",
};

tours.add("aftersales_gate_statusbar", {
    steps: () => [
        editTitle("Boiler drips a lot"),
        clickProgress,
        {trigger: `${form} .o_field_widget[name=cause_id]`},
        discard,
        noDialog,
        {
            content: "The stage is the old one",
            trigger: ".o_arrow_button_current:contains(New)",
        },
        {
            content: "The other change is still there, not saved",
            trigger: ".o_form_dirty .o_field_widget[name=name]",
            run: ({anchor}) =>
                expectEqual(
                    anchor.querySelector("textarea, input").value,
                    "Boiler drips a lot"
                ),
        },
        clickProgress,
        ...chooseCause("Wear"),
        move,
        noDialog,
        {trigger: ".o_arrow_button_current:contains(In Progress)"},
        {
            content: "The other change is saved with it",
            trigger: ".o_form_saved .o_field_widget[name=name]",
            run: ({anchor}) =>
                expectEqual(
                    anchor.querySelector("textarea, input").value,
                    "Boiler drips a lot"
                ),
        },
    ],
});

tours.add("aftersales_gate_button", {
    steps: () => [
        {
            content: "A button of the server is refused",
            trigger: ".o_statusbar_buttons button[name=action_done]",
            run: "click",
        },
        ...chooseCause("Wear"),
        {
            trigger: ".modal .o_form_button_save:contains(Move to Solved)",
            run: "click",
        },
        noDialog,
        {
            content: "The form shows what the small form did",
            trigger: ".o_arrow_button_current:contains(Solved)",
        },
    ],
});

tours.add("aftersales_gate_statusbar_mobile", {
    steps: () => [
        editTitle("Boiler drips a lot"),
        {
            trigger: ".o_statusbar_status button.dropdown-toggle",
            run: "click",
        },
        {
            trigger:
                ".o-dropdown-item:contains(In Progress), .dropdown-item:contains(In Progress)",
            run: "click",
        },
        {
            trigger: `${form} .o_field_widget[name=supplier_id]`,
        },
        discard,
        noDialog,
        {
            trigger: ".o_form_dirty .o_field_widget[name=name]",
        },
        {
            trigger: ".o_form_button_cancel",
            run: "click",
        },
        {trigger: ".o_form_saved"},
    ],
});

tours.add("aftersales_gate_multi_edit", {
    steps: () => [
        {
            trigger: ".o_searchview_input",
            run: "edit Tour case",
        },
        {
            trigger: ".o_searchview_input",
            run: "press Enter",
        },
        {trigger: ".o_facet_value:contains(Tour case)"},
        {
            content: "Wait for what was searched for",
            trigger: ".o_list_view:not(:has(.o_data_row:contains(Boiler drips)))",
        },
        {
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            trigger: ".o_data_row:first .o_data_cell[name=stage_id]",
            run: "click",
        },
        {
            trigger: ".o_data_row .o_field_widget[name=stage_id] input",
            run: "edit In Progress",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(In Progress)",
            run: "click",
        },
        {
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        {trigger: ".modal-title:contains('(1/2)')"},
        ...chooseCause("Wear"),
        move,
        {trigger: ".modal-title:contains('(2/2)')"},
        discard,
        noDialog,
        {
            content: "One was filled in, one lacked nothing, one was left",
            trigger:
                ".o_data_row:eq(1) .o_data_cell[name=stage_id]:contains(In Progress)",
            run: () =>
                expectEqual(queryAllTexts(".o_data_row .o_data_cell[name=stage_id]"), [
                    "In Progress",
                    "In Progress",
                    "New",
                ]),
        },
    ],
});

tours.add("aftersales_type_complaint", {
    steps: () => [
        {
            content: "The type's own name of a field",
            trigger: ".o_form_view label:contains(What it Cost Us)",
        },
        {trigger: ".o_form_view:not(:has(.o_field_widget[name=supplier_id]))"},
        {
            content: "An own field that the condition hides",
            trigger: ".o_property_field[property-name=wet]",
        },
        {trigger: ".o_form_view:not(:has(.o_property_field[property-name=count]))"},
        {
            content: "Yes makes it appear, before anything is saved",
            trigger: ".o_property_field[property-name=wet] select",
            run: "selectByLabel Yes",
        },
        {
            trigger: ".o_property_field[property-name=count]:contains(Number of Leaks)",
        },
        {
            content: "A locked own field",
            trigger:
                ".o_property_field[property-name=slip]:contains(B-1):not(:has(input))",
        },
        {
            content: "Another type, another form, without saving",
            trigger: ".o_field_widget[name=type_id] input",
            run: "edit Tour Service",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Tour Service)",
            run: "click",
        },
        {trigger: ".o_form_view label:contains(Price of the Repair)"},
        {trigger: ".o_form_view .o_field_widget[name=supplier_id]"},
        {trigger: ".o_form_view:not(:has(.o_property_field[property-name=wet]))"},
        {
            trigger: ".o_form_button_cancel",
            run: "click",
        },
        {trigger: ".o_form_view label:contains(What it Cost Us)"},
    ],
});

const ownField = (name) => `.o_property_field[property-name=${name}]`;
const chooseWarranty = (label) => ({
    trigger: `${ownField("warranty")} select`,
    run: `selectByLabel ${label}`,
});
const saveForm = [
    {trigger: ".o_form_button_save", run: "click"},
    {trigger: ".o_form_saved"},
];

tours.add("aftersales_card_within_warranty", {
    steps: () => [
        {
            content: "A claim is not asked for before it is known to be covered",
            trigger: `.o_form_view:not(:has(${ownField("claim")})) ${ownField("warranty")}`,
        },
        chooseWarranty("In warranty"),
        {
            trigger: `${ownField("claim")} input`,
            run: "edit CL-7",
        },
        {trigger: ".o_form_view:not(:contains(Price after Warranty))"},
        ...saveForm,
    ],
});

tours.add("aftersales_card_after_warranty", {
    steps: () => [
        chooseWarranty("In warranty"),
        {trigger: ownField("claim")},
        chooseWarranty("Expired"),
        {
            content: "Another answer, another field, before anything is saved",
            trigger: `.o_form_view:not(:has(${ownField("claim")})) label:contains(Price after Warranty)`,
        },
        {
            trigger: ".o_field_widget[name=cost] input",
            run: "edit 80",
        },
        ...saveForm,
    ],
});

tours.add("aftersales_type_service", {
    steps: () => [
        {trigger: ".o_form_view label:contains(Price of the Repair)"},
        {trigger: ".o_form_view .o_field_widget[name=supplier_id]"},
        {trigger: ".o_property_field[property-name=serial]"},
        {trigger: ".o_form_view:not(:has(.o_property_field[property-name=wet]))"},
        {
            content: "The rules of the type order the fields of a group",
            trigger: ".o_form_view .o_inner_group:has(.o_field_widget[name=cost])",
            run: ({anchor}) => {
                const names = [...anchor.querySelectorAll(".o_field_widget[name]")].map(
                    (el) => el.getAttribute("name")
                );
                expectEqual(
                    names.filter((name) => ["cost", "supplier_id"].includes(name)),
                    ["cost", "supplier_id"]
                );
            },
        },
    ],
});

const why =
    ".o_notification:contains(From “New” a case goes to “Waiting for Customer”)";

tours.add("aftersales_closed_stages", {
    steps: () => [
        {
            content: "A stage out of reach is greyed, and says why",
            trigger:
                ".o_arrow_button[aria-disabled=true][title*='From “New”']:contains(In Progress)",
            run: "click",
        },
        {trigger: why},
        {trigger: ".o_form_saved .o_arrow_button_current:contains(New)"},
        {
            content: "The others lead on",
            trigger:
                ".o_arrow_button:not([aria-disabled]):contains(Waiting for Customer)",
            run: "click",
        },
        {
            trigger:
                ".o_form_saved .o_arrow_button_current:contains(Waiting for Customer)",
        },
        {
            content: "What is out of reach follows the stage",
            trigger: ".o_arrow_button:not([aria-disabled]):contains(In Progress)",
        },
    ],
});

tours.add("aftersales_closed_stages_mobile", {
    steps: () => [
        {
            trigger: ".o_statusbar_status button.dropdown-toggle",
            run: "click",
        },
        {
            content: "The menu of a phone greys the same",
            trigger:
                ".dropdown-item.o_aftersales_closed_stage[aria-disabled=true]:contains(In Progress)",
            run: "click",
        },
        {trigger: why},
        {trigger: ".o_form_saved .o_statusbar_status button:contains(New)"},
    ],
});

tours.add("aftersales_board_mobile", {
    steps: () => [
        {
            content: "The column that has cases fills the screen",
            trigger: ".o_kanban_record:contains(Boiler drips)",
            run: ({anchor}) => {
                const {left, right} = anchor.getBoundingClientRect();
                expectEqual(left >= 0 && right <= window.innerWidth, true);
            },
        },
        {
            content: "The empty one is left of it, but for the rim that core leaves",
            trigger: "body",
            run: () => {
                const first = document.querySelector(".o_kanban_group");
                const {right} = first.getBoundingClientRect();
                expectEqual(right < window.innerWidth / 10, true);
            },
        },
    ],
});
