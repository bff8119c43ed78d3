import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("aftersales_portal_report", {
    steps: () => [
        {
            content: "Report something new",
            trigger: "a[href='/my/cases/new']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Choose the complaint",
            trigger: "a:contains('Tour complaint')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The question about parts does not come up yet",
            trigger: "textarea[name='description']",
            run() {
                const part = document.querySelector("[name='properties-part']");
                if (part.checkVisibility() || !part.matches(":disabled")) {
                    throw new Error("asked without a reason");
                }
            },
        },
        {
            content: "Say what is wrong",
            trigger: "textarea[name='description']",
            run: "edit The pump leaks",
        },
        {
            content: "A part is missing",
            trigger: "input[name='properties-missing'][value='yes']",
            run: "click",
        },
        {
            content: "So the page asks at once which",
            trigger: "fieldset:not(:disabled) input[name='properties-part']",
            run: "edit Hose",
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
        {
            content: "The page shows what was answered",
            trigger: "dd:contains('Hose')",
        },
    ],
});
