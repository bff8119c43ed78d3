import {Interaction} from "@web/public/interaction";
import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";

const URL = "/my/cases/draft";
const PREFIX = "aftersales-draft-";
// What of a form nobody typed.
const UNTYPED = [
    "csrf_token",
    "draft",
    "drop",
    "files",
    "once",
    "search",
    "stamp",
    "step",
];
// A day in milliseconds, and for how many of them something is kept.
const DAY = 24 * 60 * 60 * 1000;
const DAYS = 30;

// What is kept on this device. A browser may have no room for it, or not allow it.
const kept = {
    read(name) {
        try {
            return JSON.parse(browser.localStorage.getItem(name));
        } catch {
            return null;
        }
    },
    write(name, value) {
        try {
            browser.localStorage.setItem(name, JSON.stringify(value));
        } catch {
            // Then the server alone keeps it.
        }
    },
    drop(name) {
        try {
            browser.localStorage.removeItem(name);
        } catch {
            // Nothing was kept.
        }
    },
    names() {
        try {
            const names = Object.keys(browser.localStorage);
            return names.filter((name) => name.startsWith(PREFIX));
        } catch {
            return [];
        }
    },
};

function getName(user, key) {
    return `${PREFIX}${user}-${key}`;
}

// Forgets what was sent, what others typed on this device, and what is old.
function cleanUp(document, user) {
    for (const sent of document.querySelectorAll(".o_aftersales_draft_sent")) {
        const name = getName(sent.dataset.user, sent.dataset.key);
        // An address alone, which anybody can send, says nothing.
        if (kept.read(name)?.isSent) {
            kept.drop(name);
        }
    }
    for (const name of kept.names()) {
        const isOld = Date.now() - (kept.read(name)?.at || 0) > DAYS * DAY;
        if (isOld || (user && !name.startsWith(getName(user, "")))) {
            kept.drop(name);
        }
    }
}

/**
 * Saves a form while somebody types: on the server while his log-in lasts, files included,
 * and on this device in between. Without it the server keeps what is sent with mistakes.
 */
export class CaseDraft extends Interaction {
    static selector = ".o_aftersales_form";
    static selectorHas = ".o_aftersales_draft";
    dynamicContent = {
        _root: {
            "t-on-input": this.onTyped,
            "t-on-change": this.onTyped,
            // Before the form itself takes note of it.
            "t-on-submit.capture": this.onSubmit,
        },
        _window: {"t-on-pagehide": this.onLeave},
        ".o_aftersales_draft_anyway": {"t-on-click": this.saveAnyway},
        ".o_aftersales_draft_local": {"t-on-click": this.restore},
    };

    setup() {
        this.box = this.el.querySelector(".o_aftersales_draft");
        this.files = this.el.querySelector("input[type='file']");
        this.name = getName(this.box.dataset.user, this.el.elements.draft.value);
        this.saving = Promise.resolve();
        this.waiting = 0;
        this.saveSoon = this.debounced(() => this.save(), 1500);
    }

    start() {
        cleanUp(this.el.ownerDocument, this.box.dataset.user);
        this.saved = JSON.stringify(this.getTyped());
        this.found = kept.read(this.name);
        if (!this.found || this.isShown(this.found.typed)) {
            kept.drop(this.name);
        } else if (this.found.stamp === this.stamp) {
            this.restore();
        } else {
            this.show("older");
        }
    }

    get stamp() {
        return this.el.elements.stamp.value;
    }

    // === What is typed === //

    get inputs() {
        return [...this.el.elements].filter(
            (input) =>
                input.name && !UNTYPED.includes(input.name) && input.name !== "shown"
        );
    }

    getTyped() {
        const typed = {};
        for (const input of this.inputs) {
            const isTick = ["checkbox", "radio"].includes(input.type);
            typed[input.name] ??= [];
            if (!isTick || input.checked) {
                typed[input.name].push(input.value);
            }
        }
        return typed;
    }

    isShown(typed) {
        const shown = this.getTyped();
        return Object.keys(shown).every(
            (name) =>
                !(name in typed) ||
                name.startsWith("was-") ||
                String(typed[name]) === String(shown[name])
        );
    }

    restore() {
        const {typed} = this.found;
        const places = {};
        for (const input of this.inputs) {
            const place = (places[input.name] = (places[input.name] ?? -1) + 1);
            const values = typed[input.name];
            const was = typed[`was-${input.name}`];
            // What he left as it was may say something else by now.
            if (!values || (was && String(was) === String(values))) {
                continue;
            }
            if (["checkbox", "radio"].includes(input.type)) {
                input.checked = values.includes(input.value);
            } else if (input.type !== "hidden") {
                input.value = values[place] ?? "";
            }
            if (was) {
                this.el.elements[`was-${input.name}`].value = was[0];
            }
        }
        this.isDirty = true;
        this.saveSoon();
        this.show("restored");
        // Answers lead to further questions.
        this.el.dispatchEvent(new Event("change"));
    }

    onTyped(event) {
        if (
            event.target === this.el ||
            ["search", "drop"].includes(event.target.name)
        ) {
            return;
        }
        this.isLeaving = false;
        if (event.target === this.files) {
            // A choice is told twice; what is refused is told with the first answer.
            if (event.type === "change") {
                this.isDirty = true;
                this.save();
            }
        } else if (JSON.stringify(this.getTyped()) !== this.saved) {
            this.isDirty = true;
            this.keep();
            this.saveSoon();
        }
    }

    keep(more = {}) {
        const {stamp} = this;
        kept.write(this.name, {at: Date.now(), stamp, typed: this.getTyped(), ...more});
    }

    // === Saving === //

    save(isAnyway = false) {
        this.waiting++;
        this.saving = this.saving
            .then(() => this.send(isAnyway))
            .finally(() => this.waiting--);
        return this.saving;
    }

    saveAnyway() {
        this.isDirty = true;
        this.isBlocked = false;
        this.save(true);
    }

    getData(hasFiles = true) {
        const data = new FormData(this.el);
        data.delete("drop");
        if (!hasFiles) {
            data.delete("files");
        }
        return data;
    }

    async send(isAnyway) {
        if (!this.isDirty || this.isBlocked || this.isLeaving) {
            return;
        }
        const data = this.getData();
        if (isAnyway) {
            data.set("anyway", "1");
        }
        const chosen = [...(this.files?.files || [])];
        const typed = JSON.stringify(this.getTyped());
        this.isDirty = false;
        const answer = await this.post(data);
        if (!answer) {
            this.isDirty = true;
            this.show("local");
            return;
        }
        if (answer.dataset.state !== "saved") {
            this.isDirty = this.isBlocked = true;
            this.show(answer.dataset.state);
            return;
        }
        this.saved = typed;
        this.el.elements.stamp.value = answer.dataset.stamp;
        this.showFiles(answer, chosen);
        if (this.isDirty) {
            this.keep();
        } else {
            kept.drop(this.name);
        }
        this.show("saved");
    }

    // Returns what the server says, or null where it was not reached or knows him no more.
    async post(data) {
        try {
            const options = {method: "POST", body: data, redirect: "manual"};
            const response = await browser.fetch(URL, options);
            const text = await response.text();
            return new DOMParser()
                .parseFromString(text, "text/html")
                .querySelector(".o_aftersales_draft_answer");
        } catch {
            return null;
        }
    }

    showFiles(answer, chosen) {
        if (!this.files) {
            return;
        }
        const place = this.el.querySelector(".o_aftersales_draft_files");
        const ticked = [...place.querySelectorAll(":checked")].map(
            (tick) => tick.value
        );
        // What was refused stands there until other files are chosen.
        const refused = chosen.length ? [] : place.querySelectorAll("[role='alert']");
        place.replaceChildren(...answer.children, ...refused);
        for (const tick of place.querySelectorAll("input")) {
            tick.checked = ticked.includes(tick.value);
        }
        const now = [...this.files.files];
        if (
            now.length === chosen.length &&
            now.every((file, at) => file === chosen[at])
        ) {
            this.files.value = "";
        }
    }

    show(state) {
        for (const text of this.box.querySelectorAll("[data-state]")) {
            text.hidden = text.dataset.state !== state;
        }
        for (const button of this.box.querySelectorAll("[data-shown]")) {
            button.hidden = !button.dataset.shown.split(" ").includes(state);
        }
    }

    // === Leaving === //

    onSubmit(event) {
        if (event.submitter?.value === "discard") {
            kept.drop(this.name);
        } else if (this.waiting) {
            // Files that are on their way need not be sent twice.
            event.preventDefault();
            event.stopImmediatePropagation();
            const {submitter} = event;
            this.waitFor(this.saving).then(() => this.el.requestSubmit(submitter));
            return;
        } else {
            this.keep({isSent: true});
        }
        this.isLeaving = true;
    }

    onLeave() {
        if (this.isDirty && !this.isBlocked && !this.isLeaving) {
            const options = {
                method: "POST",
                body: this.getData(false),
                keepalive: true,
            };
            browser.fetch(URL, options).catch(() => null);
        }
    }
}

/** The page that follows a form that was sent. */
export class CaseDraftSent extends Interaction {
    static selector = ".o_aftersales_draft_sent";

    start() {
        cleanUp(this.el.ownerDocument, this.el.dataset.user);
    }
}

/** Who logs out leaves nothing on this device. */
export class CaseDraftLogout extends Interaction {
    static selector = "a[href*='/web/session/logout']";
    dynamicContent = {_root: {"t-on-click": this.onLogout}};

    onLogout() {
        kept.names().forEach(kept.drop);
    }
}

const interactions = registry.category("public.interactions");
interactions.add("aftersales_portal.case_draft", CaseDraft);
interactions.add("aftersales_portal.case_draft_sent", CaseDraftSent);
interactions.add("aftersales_portal.case_draft_logout", CaseDraftLogout);
