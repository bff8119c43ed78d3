import {Interaction} from "@web/public/interaction";
import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";

/**
 * Shows open cases that are like what somebody types. Without it they are shown with the
 * mistakes of a form, or with its next questions.
 */
export class CaseSimilar extends Interaction {
    static selector = ".o_aftersales_similar";

    setup() {
        this.form = this.el.closest("form");
        this.showSoon = this.debounced(() => this.showSimilar(), 700);
    }

    start() {
        this.text = this.getText();
        this.addListener(this.form, "input", () => this.showSoon());
    }

    getText() {
        const texts = [...this.form.querySelectorAll("textarea:not(:disabled)")];
        const said = texts.map((text) => text.value.trim()).find(Boolean) || "";
        return said.split("\n")[0];
    }

    async showSimilar() {
        const text = this.getText();
        if (text === this.text) {
            return;
        }
        this.text = text;
        const data = new FormData();
        data.set("csrf_token", this.form.elements.csrf_token.value);
        data.set("text", text);
        const options = {method: "POST", body: data, redirect: "manual"};
        let found = [];
        try {
            const response = await this.waitFor(
                browser.fetch("/my/cases/similar", options)
            );
            const page = await this.waitFor(response.text());
            const answer = new DOMParser().parseFromString(page, "text/html");
            found = answer.querySelectorAll("[name='similar_cases']");
        } catch {
            // He is told of mistakes when he sends the form.
        }
        // What was typed meanwhile is asked for by itself.
        if (text === this.text) {
            this.el.replaceChildren(...found);
        }
    }
}

registry
    .category("public.interactions")
    .add("aftersales_portal.case_similar", CaseSimilar);
