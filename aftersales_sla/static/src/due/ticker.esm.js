import {reactive} from "@odoo/owl";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** Below this a second is worth telling. */
export const NEAR = 5 * MINUTE;

/**
 * One ticker for all countdowns of a page. It goes by the server's time: the browser's
 * own may be wrong, so only what passed since a page was read is taken from it.
 */
export class Ticker {
    constructor() {
        this.offset = -Infinity;
        this.dues = new Map();
        this.state = reactive({now: 0});
        this.timer = null;
        document.addEventListener("visibilitychange", () => this.start());
    }

    /** Learn what time it was on the server when something was read. */
    learn(serverNow) {
        this.offset = Math.max(this.offset, serverNow - performance.now());
    }

    get now() {
        return performance.now() + this.offset;
    }

    add(key, due) {
        this.dues.set(key, due);
        this.start();
    }

    remove(key) {
        this.dues.delete(key);
        this.start();
    }

    start() {
        clearTimeout(this.timer);
        this.timer = null;
        if (this.dues.size && !document.hidden) {
            this.timer = setTimeout(() => this.tick(), this.getPause());
        }
    }

    getPause() {
        const now = this.now;
        const near = [...this.dues.values()].some((due) => Math.abs(due - now) <= NEAR);
        return near ? SECOND : MINUTE;
    }

    tick() {
        this.state.now = this.now;
        this.start();
    }
}

export const ticker = new Ticker();
