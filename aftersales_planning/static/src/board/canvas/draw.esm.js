import {readMoment, tellHours, tellSpan} from "../time.esm";
import {_t} from "@web/core/l10n/translation";

/** Signs beside the words: colours alone say nothing to many. */
const STATE_SIGNS = {
    planned: "fa-circle-o",
    confirmed: "fa-check",
    under_way: "fa-arrow-right",
    on_site: "fa-wrench",
    done: "fa-flag",
};
const BADGE_SIGNS = {
    conflict: "fa-warning",
    late: "fa-clock-o",
    promise: "fa-handshake-o",
    parts: "fa-cube",
    warning: "fa-exclamation",
    confirmed: "fa-check-circle",
};
const GROUND_TEXTS = {
    off: "",
    busy: _t("Taken"),
    pending: _t("Leave asked for"),
};

function make(tag, className, text) {
    const element = document.createElement(tag);
    if (className) {
        element.className = className;
    }
    if (text) {
        element.textContent = text;
    }
    return element;
}

function sign(name, title) {
    const element = make("i", `fa ${name}`);
    element.title = title;
    return element;
}

/**
 * All that is said of a visit in one line, for pointers and screen readers.
 * @param {object} visit
 * @param {string} zone
 * @returns {string}
 */
export function tellVisit(visit, zone) {
    const texts = [visit.name, visit.state_label];
    if (visit.start) {
        texts.push(
            tellSpan(readMoment(visit.start, zone), readMoment(visit.stop, zone))
        );
    } else {
        texts.push(_t("%s hours", tellHours(visit.duration * 60)));
    }
    texts.push(...(visit.crew || []), visit.where);
    texts.push(visit.locked && _t("locked"));
    texts.push(...(visit.badges || []).map(({text}) => text));
    return texts.filter(Boolean).join(", ");
}

/** @returns {string} why a visit or card stays where it is */
export function tellFixed({locked, name}) {
    return locked
        ? _t("%s is locked. Unlock it before it is moved.", name)
        : _t("%s cannot be moved.", name);
}

/** @returns {HTMLElement} what stands in the bar of a visit */
export function drawVisit(visit, zone) {
    const element = make("div", "card");
    element.title = [tellVisit(visit, zone), visit.title].join("\n");
    const first = make("div", "line");
    // The worst comes first: a narrow bar shows no more than one sign.
    for (const {key, text} of visit.badges) {
        if (key !== "confirmed") {
            first.append(sign(`${BADGE_SIGNS[key]} badge-${key}`, text));
        }
    }
    first.append(sign(STATE_SIGNS[visit.state] || "fa-circle-o", visit.state_label));
    if (visit.locked) {
        first.append(sign("fa-lock", _t("Locked")));
    }
    if (visit.crew.length > 1) {
        first.append(sign("fa-users", visit.crew.join(", ")));
    }
    first.append(make("span", "name", visit.customer || visit.name));
    const second = make("div", "line more");
    second.append(
        make("span", "", [visit.where, visit.title].filter(Boolean).join(" · "))
    );
    element.append(first, second);
    return element;
}

/** @returns {HTMLElement} what stands in a background */
export function drawGround(kind) {
    return make("span", "ground", GROUND_TEXTS[kind]?.toString());
}

/** @returns {{element: HTMLElement, load: HTMLElement}} the label of a row */
export function drawRow({name, note}) {
    const element = make("div", "row-label");
    const text = make("div", "row-name", name);
    text.title = name;
    element.append(text);
    if (note) {
        element.append(make("div", "row-note", note));
    }
    const load = make("div", "row-load");
    element.append(load);
    return {element, load};
}

/**
 * Write the load of a row: hours, percent, and a bar for each day.
 * @param {HTMLElement} element
 * @param {{work: number, time: number, days: object[]}} load in minutes
 */
export function drawLoad(element, {work, time, days}) {
    const percent = time ? Math.round((100 * work) / time) : null;
    const text = time
        ? `${tellHours(work)} / ${tellHours(time)} · ${percent} %`
        : work
          ? tellHours(work)
          : "";
    const bars = make("div", "bars");
    for (const day of days) {
        const bar = make("div", "bar");
        const share = day.time ? day.work / day.time : day.work ? 2 : 0;
        bar.title = day.time
            ? _t("%(day)s: %(work)s of %(time)s hours", {
                  day: day.label,
                  work: tellHours(day.work),
                  time: tellHours(day.time),
              })
            : _t("%(day)s: %(work)s hours", {
                  day: day.label,
                  work: tellHours(day.work),
              });
        const fill = make("div", share > 1 && day.time ? "fill over" : "fill");
        const most = day.time ? share : day.work / 480;
        fill.style.height = `${Math.min(100, Math.round(100 * most))}%`;
        bar.append(fill);
        bars.append(bar);
    }
    element.replaceChildren(make("span", "row-hours", text), bars);
}
