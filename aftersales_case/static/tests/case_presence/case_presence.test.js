import {
    contains,
    makeMockEnv,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
    serverState,
} from "@web/../tests/web_test_helpers";
import {advanceTime, animationFrame, edit, expect, test} from "@odoo/hoot";
import {Component, useState, xml} from "@odoo/owl";
import {CasePresence} from "@aftersales_case/case/case_presence/case_presence.esm";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";

defineMailModels();

const SIGN = "aftersales.case/presence";
const LINE = ".o_aftersales_presence";

/** A form as far as the line looks at it: a field, a composer, and what is neither. */
class Form extends Component {
    static components = {CasePresence};
    static props = [];
    static template = xml`
        <input class="elsewhere" />
        <div class="o_form_view">
            <CasePresence record="record" />
            <div class="o_field_widget"><input class="field" /></div>
            <div class="o-mail-Composer"><textarea class="composer" /></div>
        </div>`;
    setup() {
        this.record = useState({resId: 17, resModel: "aftersales.case"});
    }
}

/** Who listens for signs; the other messages of the bus go their own way. */
const listeners = new Set();
/** Cases that were left; each test leaves its case as it ends. */
const left = [];
let lastId = 0;

/**
 * Mount the form of a case and wait until the user was announced.
 *
 * @param {Function} tell what the server does with a sign; by default it is a step
 */
async function openCase(tell) {
    listeners.clear();
    left.length = 0;
    lastId = 10;
    onRpc("aftersales.case", "notify_presence", ({args: [[caseId], state]}) => {
        if (tell) {
            return tell();
        }
        if (state === "left") {
            left.push(caseId);
        } else {
            expect.step(`${caseId} ${state}`);
        }
        return lastId;
    });
    const {services} = await makeMockEnv();
    patchWithCleanup(services.bus_service, {
        addChannel: (channel) => expect.step(channel),
        deleteChannel: () => undefined,
        forceUpdateChannels: () => undefined,
        subscribe: (type, listener) => type === SIGN && listeners.add(listener),
        unsubscribe: (type, listener) => listeners.delete(listener),
    });
    const form = await mountWithCleanup(Form);
    expect.verifySteps(["aftersales.case/17"]);
    await advanceTime(1500);
    if (!tell) {
        await expect.waitForSteps(["17 looking"]);
    }
    return form;
}

/** A colleague gives a sign on the bus. */
async function hear(state, name = "Aagje", vals = {}) {
    const {id = ++lastId, ...others} = vals;
    const sign = {case_id: 17, user_id: name.length + 100, name, state, ...others};
    for (const listener of [...listeners]) {
        listener(sign, {id});
    }
    await animationFrame();
}

test("nobody else is there: nothing is shown, and nothing said again", async () => {
    await openCase();
    await advanceTime(60000);
    expect(LINE).toHaveCount(0);
    expect.verifySteps([]);
});

test("who is there is shown, who writes first, until he leaves", async () => {
    await openCase();
    await hear("looking", "Bert");
    await hear("writing", "Aagje");
    await hear("editing", "Christa");
    expect(LINE).toHaveCount(3);
    expect(`${LINE}:eq(0)`).toHaveText("Aagje is writing an answer or a note…");
    expect(`${LINE}:eq(1)`).toHaveText("Christa is changing this case…");
    expect(`${LINE}:eq(2)`).toHaveText("Bert has this case open");
    expect(`${LINE} img`).toHaveCount(3);
    await hear("left", "Bert");
    await hear("looking", "Aagje");
    await hear("left", "Christa");
    expect(LINE).toHaveCount(1);
    expect(LINE).toHaveText("Aagje has this case open");
    await advanceTime(1000);
    // Three came together and are answered at once.
    expect.verifySteps(["17 looking"]);
});

test("who comes is answered once", async () => {
    await openCase();
    await hear("looking");
    await advanceTime(1000);
    expect.verifySteps(["17 looking"]);
    await hear("writing");
    await advanceTime(1000);
    expect.verifySteps([]);
});

test("who gives no sign any more is forgotten", async () => {
    await openCase();
    await hear("writing");
    await advanceTime(40000);
    expect(LINE).toHaveCount(1);
    await advanceTime(30000);
    expect(LINE).toHaveCount(0);
    // To be said again while somebody was there: answer, and every 20 seconds.
    expect.verifySteps(["17 looking", "17 looking", "17 looking"]);
});

test("what was before, of oneself and of another case is not shown", async () => {
    await openCase();
    await hear("writing", "Aagje", {id: 10});
    await hear("writing", "Aagje", {case_id: 18});
    await hear("writing", "Aagje", {user_id: serverState.userId});
    expect(LINE).toHaveCount(0);
    await hear("writing");
    expect(LINE).toHaveCount(1);
});

test("writing is said at once, again every 20 seconds, and when it ends", async () => {
    await openCase();
    await hear("looking");
    await advanceTime(1000);
    expect.verifySteps(["17 looking"]);
    await contains(".composer").click();
    await edit("We come tomorrow");
    await expect.waitForSteps(["17 writing"]);
    await edit("We come on Monday");
    await edit("We come on Tuesday");
    await advanceTime(10000);
    expect.verifySteps([]);
    await hear("looking");
    await advanceTime(15000);
    expect.verifySteps(["17 writing"]);
    // It is sent: the composer is empty and left.
    await edit("");
    await contains(".elsewhere").click();
    await advanceTime(5000);
    expect.verifySteps(["17 looking"]);
});

test("a field is changed; what is no part of the form is no sign", async () => {
    await openCase();
    await contains(".elsewhere").edit("x");
    await contains(".field").click();
    expect.verifySteps([]);
    await contains(".field").edit("x");
    await expect.waitForSteps(["17 editing"]);
    await advanceTime(70000);
    expect.verifySteps(["17 looking"]);
});

test("who goes on to the next case leaves this one", async () => {
    const form = await openCase();
    await hear("looking");
    await advanceTime(1000);
    expect.verifySteps(["17 looking"]);
    form.record.resId = 18;
    await animationFrame();
    await animationFrame();
    expect(LINE).toHaveCount(0);
    expect(left).toEqual([17]);
    expect.verifySteps(["aftersales.case/18"]);
    await advanceTime(1500);
    expect.verifySteps(["18 looking"]);
});

test("who may not tell hears nothing and sees no error", async () => {
    await openCase(() => {
        throw new Error("refused");
    });
    await hear("writing");
    expect(LINE).toHaveCount(0);
    expect(".o_error_dialog").toHaveCount(0);
});
