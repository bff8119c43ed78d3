import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const composer = ".o-mail-Chatter .o-mail-Composer-input";

/** Who opens a case is announced a moment later. */
const stay = {
    content: "Stay a moment",
    trigger: ".o_form_view .o-mail-Chatter-sendMessage",
    run: () => new Promise((resolve) => setTimeout(resolve, 1500)),
};

tours.add("aftersales_presence_writing", {
    steps: () => [
        stay,
        {
            content: "Nobody else is there: nothing is shown",
            trigger: ".o_form_view:not(:has(.o_aftersales_presence))",
        },
        {trigger: ".o-mail-Chatter-logNote", run: "click"},
        {trigger: composer, run: "edit It is worse now"},
        {trigger: ".o-mail-Composer-send:enabled", run: "click"},
        {
            content: "It is sent: nobody is writing any more",
            trigger: ".o-mail-Message:contains(It is worse now)",
            run: () => new Promise((resolve) => setTimeout(resolve, 6000)),
        },
    ],
});

tours.add("aftersales_presence_full_composer", {
    steps: () => [
        stay,
        {
            trigger: ".o-mail-Chatter-sendMessage",
            run: "click",
        },
        {trigger: composer},
        {trigger: ".o-mail-Composer [name='open-full-composer']", run: "click"},
        {
            content: "Write it there",
            trigger: ".modal .o_mail_composer_form [name=body] .odoo-editor-editable",
            run: "editor We come tomorrow",
        },
        {
            trigger: ".modal .o_mail_composer_form:contains(We come tomorrow)",
        },
    ],
});

tours.add("aftersales_presence_editing", {
    steps: () => [
        stay,
        {
            content: "Change a field",
            trigger: ".o_field_widget[name=name] textarea",
            run: "edit Boiler drips a lot",
        },
        {trigger: ".o_form_button_save", run: "click"},
        {trigger: ".o_form_saved, .o_form_view:not(:has(.o_form_button_save:visible))"},
    ],
});
