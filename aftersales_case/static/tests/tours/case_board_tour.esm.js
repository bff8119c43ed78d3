import {registry} from "@web/core/registry";

const card = ".o_kanban_record:contains(Boiler drips)";
// By its header: the cards of other columns name the phase, too.
const column = (phase) => `.o_kanban_group:has(.o_kanban_header:contains(${phase}))`;

registry.category("web_tour.tours").add("aftersales_case_board", {
    steps: () => [
        {
            content: "Open the board of the type from the overview",
            trigger: ".o_aftersales_type:contains(Tour Complaint) .o_aftersales_open",
            run: "click",
        },
        {
            content: "Each phase has a column, those without cases too",
            trigger: column("New"),
        },
        ...["In Progress", "Waiting for Customer", "Waiting for Supplier"].map(
            (phase) => ({trigger: `${column(phase)}:not(:has(.o_kanban_record))`})
        ),
        {
            content: "What is chosen says what it answers",
            trigger: `${card} .o_card_property_field:contains(No) label:contains(Covered)`,
        },
        {
            content: "Move the case without opening it",
            trigger: `${column("New")} ${card}`,
            run: `drag_and_drop(${column("In Progress")})`,
        },
        {
            content: "It stands in its new stage",
            trigger: `${column("In Progress")} ${card}`,
        },
        {
            content: "It left its old one, and no form was opened",
            trigger: `.o_kanban_view:not(:has(.o_form_view)) ${column("New")}:not(:has(${card}))`,
        },
    ],
});

registry.category("web_tour.tours").add("aftersales_case_inbox", {
    steps: () => [
        {
            content: "Open the mail that waits",
            trigger: ".o_data_row:contains(Boiler of the tour) td[name=subject]",
            run: "click",
        },
        {
            content: "Make a case of the type of its address",
            trigger: "button[name=action_make_case]",
            run: "click",
        },
        {
            content: "The case is there, with sender and title",
            trigger: ".o_field_widget[name=email] input:value(new@unknown.example)",
        },
    ],
});

registry.category("web_tour.tours").add("aftersales_case_inbox_add", {
    steps: () => [
        {
            trigger: ".o_data_row:contains(More on the tour) td[name=subject]",
            run: "click",
        },
        {
            content: "Name the case that it is about",
            trigger: ".o_field_widget[name=case_id] input",
            run: "edit Grinder of the tour",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Grinder of the tour)",
            run: "click",
        },
        {
            trigger: "button[name=action_add_to_case]",
            run: "click",
        },
        {
            content: "The case opens, with the mail on it",
            trigger: ".o_field_widget[name=number]:contains(TCMP/)",
        },
    ],
});
