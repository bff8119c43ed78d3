import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("aftersales_portal_goods", {
    steps: () => [
        {
            content: "Say what is wrong",
            trigger: "textarea[name='description']",
            run: "edit The pump leaks",
        },
        {
            content: "Look for the pump",
            trigger: ".o_aftersales_goods input[type='search']",
            run: "edit rotary",
        },
        {
            content: "Only the pump is there",
            trigger:
                ".o_aftersales_goods:not(:contains('Water Filter')) li:contains('Rotary Pump')",
        },
        {
            content: "One of them",
            trigger: ".o_aftersales_goods li:contains('Rotary Pump') input[inputmode]",
            run: "edit 1",
        },
        {
            content: "That picks it; look for the grinder by its number",
            trigger:
                ".o_aftersales_goods:has(li:contains('Rotary') input:checked) input[type='search']",
            run: "edit 0815",
        },
        {
            content: "Pick it, the pump stays",
            trigger:
                ".o_aftersales_goods:has(li:contains('Rotary') input:checked) li:contains('M60-0815') input[type='checkbox']",
            run: "click",
        },
        {
            content: "Send it",
            trigger: "form.o_aftersales_form button.btn-primary",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It has a number, and a page",
            trigger: "[name='sent_new']",
        },
    ],
});
