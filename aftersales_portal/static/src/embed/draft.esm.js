// What was typed, kept by this browser alone until it is sent: nobody else has it.
const LONGEST = 30 * 24 * 3600 * 1000;

/** The draft of a form; where the browser keeps nothing, there is none. */
export class Draft {
    constructor(name) {
        this.name = `aftersales ${name}`;
    }

    read() {
        try {
            const kept = JSON.parse(localStorage.getItem(this.name));
            return kept && Date.now() - kept.at < LONGEST ? kept : null;
        } catch {
            return null;
        }
    }

    keep(type, typed) {
        try {
            const kept = {at: Date.now(), type, typed};
            localStorage.setItem(this.name, JSON.stringify(kept));
            return true;
        } catch {
            return false;
        }
    }

    discard() {
        try {
            localStorage.removeItem(this.name);
        } catch {
            // Nothing was kept.
        }
    }
}
