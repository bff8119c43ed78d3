import {browser} from "@web/core/browser/browser";
import {user} from "@web/core/user";

export const LOOKING = "looking";
export const WRITING = "writing";
export const EDITING = "editing";
export const LEFT = "left";

const MODEL = "aftersales.case";
const SIGN = "aftersales.case/presence";
const METHOD = "notify_presence";

const SECOND = 1000;
// Who merely leafs through the cases is not announced, and the bus has time to listen.
const ARRIVES_AFTER = SECOND;
const ANSWERS_AFTER = 300;
const TICK = 5 * SECOND;
const REPEATS_AFTER = 20 * SECOND;
const FORGETS_AFTER = 60 * SECOND;
// Since the last key: a text that waits in the composer counts longer than a field.
const LASTS = {[WRITING]: 300 * SECOND, [EDITING]: 60 * SECOND};

/**
 * The user's visit to one case: says what he does there, hears who else is there.
 *
 * Who comes says so once, and those present answer. After that a change is told at once,
 * and the same again only while others are there. Nobody is told of a window in the
 * background.
 */
export class CaseVisit {
    /**
     * @param {number} caseId
     * @param {object} options
     * @param {object} options.orm
     * @param {object} options.bus the service of the bus
     * @param {object} options.people filled with ``{user id: last sign}`` of the others
     */
    constructor(caseId, {orm, bus, people}) {
        Object.assign(this, {caseId, orm, bus, people});
        this.channel = `${MODEL}/${caseId}`;
        this.hear = this.hear.bind(this);
        // Promise of the last message before we came; what is older is over.
        this.since = null;
        this.told = null;
        this.toldAt = 0;
        // What was touched last of each: a text that waits stays one when he goes on.
        this.acts = {};
    }

    start() {
        this.bus.addChannel(this.channel);
        this.bus.subscribe(SIGN, this.hear);
        this.arrival = browser.setTimeout(() => this.arrive(), ARRIVES_AFTER);
        this.ticking = browser.setInterval(() => this.tick(), TICK);
    }

    stop() {
        if (this.hasOthers) {
            this.tell(LEFT);
        }
        this.since = null;
        browser.clearTimeout(this.arrival);
        browser.clearTimeout(this.answer);
        browser.clearInterval(this.ticking);
        this.bus.unsubscribe(SIGN, this.hear);
        this.bus.deleteChannel(this.channel);
        this.forget(() => true);
    }

    /** The page closes: no ordinary call would reach the server any more. */
    stopWithPage() {
        this.since = null;
        if (!this.hasOthers) {
            return;
        }
        const kwargs = {context: user.context};
        const params = {model: MODEL, method: METHOD, args: this.getArgs(LEFT), kwargs};
        const data = JSON.stringify({jsonrpc: "2.0", method: "call", params});
        browser.navigator.sendBeacon(
            `/web/dataset/call_kw/${MODEL}/${METHOD}`,
            new Blob([data], {type: "application/json"})
        );
    }

    get hasOthers() {
        return Object.keys(this.people).length > 0;
    }

    /** What the user does here now. */
    get doing() {
        return [WRITING, EDITING].find((state) => this.isDoing(state)) || LOOKING;
    }

    isDoing(state) {
        const {target, at} = this.acts[state] || {};
        if (!target?.isConnected || Date.now() - at > LASTS[state]) {
            return false;
        }
        // An empty composer is left when he goes elsewhere.
        const isEmpty = !(target.value ?? target.textContent).trim();
        const isLeft = isEmpty && !target.contains(document.activeElement);
        return state === EDITING || !isLeft;
    }

    /**
     * The user touched a key or went to a field.
     *
     * @param {string} state WRITING or EDITING
     * @param {HTMLElement} target
     */
    note(state, target) {
        this.acts[state] = {target, at: Date.now()};
        if (this.since && this.doing !== this.told) {
            this.tell(this.doing);
        }
    }

    /** Come, or come back after the connection was lost or the window hidden. */
    arrive() {
        if (!document.hidden) {
            this.since = this.tell(this.doing);
        }
    }

    async tell(state) {
        this.told = state;
        this.toldAt = Date.now();
        try {
            return await this.orm.silent.call(MODEL, METHOD, this.getArgs(state));
        } catch {
            // Not worth a dialog. Who cannot tell hears nothing either.
            return Infinity;
        }
    }

    getArgs(state) {
        return [[this.caseId], state];
    }

    async hear(sign, {id}) {
        const since = this.since;
        // Before we came, or of another case that another tab has open.
        if (sign.case_id !== this.caseId || !since || id <= (await since)) {
            return;
        }
        if (since !== this.since) {
            return;
        }
        if (sign.user_id === user.userId) {
            if (sign.state === LEFT) {
                this.answerSoon(); // He left another tab only
            }
            return;
        }
        if (sign.state === LEFT) {
            delete this.people[sign.user_id];
            return;
        }
        if (!(sign.user_id in this.people)) {
            this.answerSoon();
        }
        this.people[sign.user_id] = {...sign, heardAt: Date.now()};
    }

    /** Answer once to all who came together. */
    answerSoon() {
        browser.clearTimeout(this.answer);
        this.answer = browser.setTimeout(() => {
            if (!document.hidden) {
                this.tell(this.doing);
            }
        }, ANSWERS_AFTER);
    }

    tick() {
        this.forget(({heardAt}) => Date.now() - heardAt >= FORGETS_AFTER);
        if (document.hidden || !this.since) {
            return;
        }
        if (this.hasOthers && Date.now() - this.toldAt >= REPEATS_AFTER) {
            // Who may no longer read the case hears no more of it.
            this.bus.forceUpdateChannels();
            this.tell(this.doing);
        } else if (this.doing !== this.told) {
            this.tell(this.doing);
        }
    }

    /** The window is seen again: the others have forgotten us meanwhile. */
    show() {
        if (!this.since || Date.now() - this.toldAt >= REPEATS_AFTER) {
            this.arrive();
        }
    }

    forget(isGone) {
        for (const [id, sign] of Object.entries(this.people)) {
            if (isGone(sign)) {
                delete this.people[id];
            }
        }
    }
}
