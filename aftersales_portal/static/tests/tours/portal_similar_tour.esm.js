import {registry} from "@web/core/registry";

const TEXT = "textarea[name='description']";

registry.category("web_tour.tours").add("aftersales_portal_similar", {
    steps: () => [
        {content: "Say what is wrong", trigger: TEXT, run: "edit The pump is leaking"},
        {
            content: "It is known",
            trigger: "[name='similar_cases'] a:contains('The pump leaks')",
        },
        {content: "Say something else", trigger: TEXT, run: "edit Too much noise"},
        {
            content: "That is not known",
            trigger: ".o_aftersales_similar:not(:has([name='similar_cases'])):hidden",
        },
    ],
});
