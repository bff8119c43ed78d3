import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

/**
 * Goods of a form: found on the server while the customer types. Without it a button
 * searches, and the page comes again.
 */
export class CaseGoods extends Interaction {
    static selector = ".o_aftersales_goods[data-goods-url]";
    dynamicContent = {
        "input[type='search']": {
            "t-on-input": this.debounced(this.search, 300),
            "t-on-keydown": this.onKeydown,
        },
        ".o_aftersales_goods_found input:not([type='checkbox'])": {
            "t-on-input": this.onQuantity,
        },
    };

    setup() {
        this.asked = 0;
    }

    onKeydown(event) {
        // Enter searches; it does not send the report.
        if (event.key === "Enter") {
            event.preventDefault();
            this.search();
        }
    }

    // Whoever says how many has picked it.
    onQuantity(event) {
        if (event.target.value.trim()) {
            const row = event.target.closest("li");
            row.querySelector("input[type='checkbox']").checked = true;
        }
    }

    async search() {
        const number = ++this.asked;
        const url = new URL(this.el.dataset.goodsUrl, window.location.origin);
        url.searchParams.set(
            "search",
            this.el.querySelector("input[type='search']").value
        );
        const answer = await this.waitFor(fetch(url));
        const text = answer.ok && (await this.waitFor(answer.text()));
        // Of two searches the later one counts, whichever answer comes first.
        if (text && number === this.asked) {
            this.show(new DOMParser().parseFromString(text, "text/html"));
        }
    }

    // What is picked stays, what was found stands below it.
    show(page) {
        const found = page.querySelector(".o_aftersales_goods_found");
        const shown = this.el.querySelector(".o_aftersales_goods_found");
        if (!found) {
            return;
        }
        const rows = [...shown.querySelectorAll("li")];
        const picked = rows.filter((row) => row.querySelector("input:checked"));
        const keys = picked.map((row) => row.dataset.key);
        const others = [...found.querySelectorAll("li")].filter(
            (row) => !keys.includes(row.dataset.key)
        );
        shown.querySelector("ul").replaceChildren(...picked, ...others);
        shown.querySelector(".o_aftersales_goods_hint").hidden =
            !picked.length && !others.length;
        shown
            .querySelector("[role='status']")
            .replaceChildren(...found.querySelector("[role='status']").childNodes);
        this.updateContent();
    }
}

registry.category("public.interactions").add("aftersales_portal.case_goods", CaseGoods);
