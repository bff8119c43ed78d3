import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const openApp = [
    {
        content: "Open the app by its icon",
        trigger: ".o_navbar_apps_menu button",
        run: "click",
    },
    {
        trigger: ".o_app[data-menu-xmlid='aftersales_case.menu_root']",
        run: "click",
    },
];
const isReported = (name) => ({trigger: `.o_data_row:contains(${name})`});

tours.add("aftersales_case_first_report", {
    steps: () => [
        ...openApp,
        {
            content:
                "Nothing is reported yet, and no dialog stands over something else",
            trigger:
                ".o_nocontent_help:contains(Nothing that you reported is open) a:contains(Report a Case)",
        },
        {trigger: "body:not(:has(.modal))"},
        {
            trigger: ".o_nocontent_help a:contains(Report a Case)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=name] input",
            run: "edit Cups arrived broken",
        },
        {
            content: "The responsible need not be known",
            trigger: ".modal footer button[name=action_reported]",
            run: "click",
        },
        {
            content:
                "Its number and who takes care of it are told; the number is a link",
            trigger:
                ".o_notification:contains(takes care of it) a[href*='/odoo/reported-cases/']",
        },
        {
            content: "It stands in the list",
            trigger: ".o_data_row:contains(Cups arrived broken)",
        },
        {trigger: "body:not(:has(.modal))"},
        {
            content: "The menu reports a case, too",
            trigger: "button[data-menu-xmlid='aftersales_case.menu_cases']",
            run: "click",
        },
        {
            trigger: "a[data-menu-xmlid='aftersales_case.menu_report']",
            run: "click",
        },
        {trigger: ".modal footer button:contains(Discard)", run: "click"},
        {trigger: "body:not(:has(.modal))"},
        {
            content: "What was reported is opened",
            trigger: ".o_data_row:contains(Cups arrived broken) td[name=name]",
            run: "click",
        },
        {trigger: ".o_form_view .o_field_widget[name=number]:contains(/)"},
    ],
});

tours.add("aftersales_case_reported_link", {
    steps: () => [
        {
            trigger:
                ".o_form_view .o_field_widget[name=name]:contains(Cups arrived broken), .o_form_view .o_field_widget[name=name] textarea:value(Cups arrived broken)",
        },
    ],
});

tours.add("aftersales_case_landing_followed", {
    steps: () => [
        ...openApp,
        isReported("Reported by the accountant"),
        isReported("Followed by the accountant"),
        {trigger: ".o_list_renderer:not(:contains(Nobody told him))"},
    ],
});

tours.add("aftersales_case_landing_agent", {
    steps: () => [
        ...openApp,
        {
            content: "Who works on cases starts with the overview of their types",
            trigger: ".o_aftersales_type",
        },
    ],
});

const ownField = (label, input) =>
    `.modal .o_property_field:contains(${label}) ${input}`;
const isEmpty = (trigger) => ({
    trigger,
    run: ({anchor}) => {
        if (anchor.value) {
            throw new Error(`It says ${anchor.value}, and nobody answered`);
        }
    },
});

tours.add("aftersales_case_report_unanswered", {
    steps: () => [
        {
            trigger: ".o_nocontent_help a:contains(Report a Case)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=name] input",
            run: "edit Cups of the tour",
        },
        isEmpty(ownField("Quantity", "input")),
        isEmpty(ownField("Still Usable", "select")),
        {
            content: "0 and No are answers",
            trigger: ownField("Spare Parts", "input"),
            run: "edit 0",
        },
        {
            trigger: ownField("Broken", "select"),
            run: "selectByLabel No",
        },
        {
            content: "What was answered can be left open again",
            trigger: ownField("Opened", "select"),
            run: "selectByLabel Yes",
        },
        {
            trigger: ownField("Opened", "select"),
            run: ({anchor}) => {
                // The tour's own step chooses nothing that is empty.
                anchor.value = "";
                anchor.dispatchEvent(new Event("change", {bubbles: true}));
            },
        },
        {
            content: "The button says what it adds",
            trigger: ".modal button.o_attach:contains(Photos and Files)",
        },
        {
            trigger: ".modal footer button[name=action_reported]",
            run: "click",
        },
        {trigger: "body:not(:has(.modal)) .o_data_row:contains(Cups of the tour)"},
    ],
});
