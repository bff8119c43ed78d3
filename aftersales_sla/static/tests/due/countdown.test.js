import {advanceTime, animationFrame, expect, mockDate, test} from "@odoo/hoot";
import {Countdown, tellSpan} from "@aftersales_sla/due/countdown.esm";
import {Ticker} from "@aftersales_sla/due/ticker.esm";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {mountWithCleanup} from "@web/../tests/web_test_helpers";

// The web client of an installation with mail asks for its models.
defineMailModels();

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 2, 2, 9);

const clock = (values) => ({
    state: "running",
    what: "First answer",
    waits: "",
    error: "",
    due: NOW + 90 * MINUTE,
    warn: false,
    left: false,
    now: NOW,
    ...values,
});

const mount = (values) => mountWithCleanup(Countdown, {props: {clock: clock(values)}});

test("a duration is told by its two largest parts", async () => {
    for (const [minutes, text] of [
        [26 * 60 + 30.5, "due in 1 d 2 h"],
        [135.5, "due in 2 h 15 min"],
        [12.5, "due in 12 min"],
        [-20.5, "late by 20 min"],
    ]) {
        const {props} = await mount({due: NOW + minutes * MINUTE, what: text});
        expect(`.o_aftersales_due[title="${text}"] > span:first`).toHaveText(text);
        expect(props.clock.what).toBe(text);
    }
    expect(String(tellSpan(-4 * MINUTE - 10_000))).toBe("4 min 10 s");
});

test("a browser whose clock is wrong counts by the server's time", async () => {
    mockDate("2026-03-02 17:00:00");
    const ticker = new Ticker();
    ticker.learn(NOW);
    expect(Math.round(ticker.now - NOW)).toBeLessThan(1000);
    mockDate("2026-03-02 05:00:00");
    expect(Math.round(ticker.now - NOW)).toBeLessThan(1000);
});

test("it ticks by the minute, near its due time by the second", () => {
    const ticker = new Ticker();
    ticker.learn(NOW);
    ticker.add(1, NOW + 90 * MINUTE);
    expect(ticker.getPause()).toBe(MINUTE);
    ticker.add(2, NOW + 2 * MINUTE);
    expect(ticker.getPause()).toBe(1000);
    ticker.remove(1);
    ticker.remove(2);
    expect(ticker.timer).toBe(null);
});

test("what stands still says for whom, and does not count down", async () => {
    const values = {left: 6 * 3600, state: "paused", due: false};
    await mount({...values, waits: "Waiting for the customer"});
    expect(".o_aftersales_due").toHaveText(/stands still, 6 h 0 min left/);
    expect(".o_aftersales_due").toHaveText(/Waiting for the customer/);
    await advanceTime(10 * MINUTE);
    await animationFrame();
    expect(".o_aftersales_due").toHaveText(/6 h 0 min left/);
});

test("what is over says so", async () => {
    await mount({state: "met"});
    expect(".o_aftersales_due").toHaveText(/met/);
    expect(".o_aftersales_due .text-success").toHaveCount(1);
});

test("what cannot be counted says so", async () => {
    await mount({error: "There is no working time."});
    expect(".o_aftersales_due").toHaveText(/cannot be counted/);
    expect(".o_aftersales_due .text-danger").toHaveCount(1);
});

test("a deadline of the law is marked, and says what follows", async () => {
    await mount({
        what: "By law: Answer to a complaint",
        law: "art. 7a",
        consequence: "No answer by 16 March: accepted by law",
    });
    expect(".o_aftersales_due .fa-balance-scale").toHaveCount(1);
    expect(".o_aftersales_consequence").toHaveText(
        "No answer by 16 March: accepted by law"
    );
    expect(".o_aftersales_due").toHaveAttribute(
        "title",
        "By law: Answer to a complaint. No answer by 16 March: accepted by law. art. 7a"
    );
});
