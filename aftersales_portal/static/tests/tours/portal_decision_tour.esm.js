import {registry} from "@web/core/registry";

function drawLine(canvas) {
    const box = canvas.getBoundingClientRect();
    const fire = (type, x, y, buttons = 1) =>
        canvas.dispatchEvent(
            new PointerEvent(type, {
                bubbles: true,
                isPrimary: true,
                buttons,
                clientX: box.left + x,
                clientY: box.top + y,
            })
        );
    fire("pointerdown", 20, 20);
    fire("pointermove", 60, 50);
    fire("pointermove", 120, 20);
    fire("pointerup", 120, 20, 0);
}

registry.category("web_tour.tours").add("aftersales_portal_agree", {
    steps: () => [
        {
            content: "Look at what is proposed",
            trigger: "[name='case_decision'] a.btn-primary",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It stands above the signature",
            trigger: "[name='proposal'] dd:contains('You get a new pump')",
        },
        {
            content: "Draw the signature",
            trigger: ".o_aftersales_signature canvas",
            run: ({anchor}) => drawLine(anchor),
        },
        {
            content: "Accept",
            trigger: "input[name='tick']",
            run: "click",
        },
        {
            content: "Send it",
            trigger: "form.o_aftersales_form button.btn-primary",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is recorded",
            trigger: "[name='sent_agreed']",
        },
        {
            content: "With a paper",
            trigger: "[name='case_timeline'] a:contains('.pdf')",
        },
    ],
});

registry.category("web_tour.tours").add("aftersales_portal_refuse", {
    steps: () => [
        {
            content: "It is not right",
            trigger: "[name='case_decision'] a.btn-light",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Choose why",
            trigger: "select[name='reason']",
            run: "selectByLabel It is not solved",
        },
        {
            content: "Tell it",
            trigger: "textarea[name='text']",
            run: "edit Still wet",
        },
        {
            content: "Send it",
            trigger: "form.o_aftersales_form button.btn-primary",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It goes on",
            trigger: "[name='sent_refused']",
        },
    ],
});
