import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("aftersales_case_reply", {
    steps: () => [
        {
            content: "Write to the customer",
            trigger: ".o-mail-Chatter-sendMessage",
            run: "click",
        },
        {
            content: "In the large composer",
            trigger: "button[name=open-full-composer]",
            run: "click",
        },
        {
            content: "Open the prepared answers",
            trigger: ".mail-composer-template-dropdown-btn",
            run: "click",
        },
        {
            content: "Those of other types are not among them",
            trigger:
                ".mail-composer-template-dropdown:not(:contains(Which Machine Is It))",
        },
        {
            content: "Take one",
            trigger:
                ".mail-composer-template-dropdown .o-dropdown-item:contains(Please Send a Photo)",
            run: "click",
        },
        {
            content: "It stands in the message",
            trigger:
                ".o_mail_composer_form_view .odoo-editor-editable:contains(A photo of the damage)",
        },
        {
            content: "Send it",
            trigger: ".o_mail_send",
            run: "click",
        },
        {
            content: "It stands in the chatter",
            trigger: ".o-mail-Message:contains(A photo of the damage)",
        },
    ],
});
