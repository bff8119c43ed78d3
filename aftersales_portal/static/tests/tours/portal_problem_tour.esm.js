import {registry} from "@web/core/registry";

function takePhoto() {
    const input = document.querySelector("input[name='files']");
    const files = new DataTransfer();
    files.items.add(new File(["GIF89a", new Uint8Array(20)], "photo.gif"));
    input.files = files.files;
    if (document.documentElement.scrollWidth > window.innerWidth) {
        throw new Error("the page is wider than the screen");
    }
}

registry.category("web_tour.tours").add("aftersales_portal_problem", {
    steps: () => [
        {
            content: "Look at the lines",
            trigger: "details[name='problem_lines'] summary",
            run: "click",
        },
        {
            content: "One of them is not right",
            trigger: "details[name='problem_lines'] li:contains('Pump') a",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is damaged",
            trigger: "[name='problems'] a:contains('Damaged')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Too many are refused",
            trigger: "fieldset input[name^='line-']",
            run: "edit 11",
        },
        {
            content: "Send it",
            trigger: "form.o_aftersales_form button.btn-primary",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The summary of errors has the focus",
            trigger: ".o_aftersales_errors:focus",
        },
        {
            content: "Two of them",
            trigger: "fieldset input[name^='line-']",
            run: "edit 2",
        },
        {
            content: "Take a photo",
            trigger: "input[name='files']",
            run: takePhoto,
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
