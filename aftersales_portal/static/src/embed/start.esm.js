/* global CSS_TEXT, FAILURES */
import {Form} from "./form.esm";
import {make} from "./dom.esm";

const FILE = "/aftersales/embed.js";
const ATTRIBUTE = "data-aftersales-channel";
// The script that runs, or what some optimizer made of it.
const script =
    document.currentScript || document.querySelector(`script[src*="${FILE}"]`);
const base = script.src.slice(0, script.src.indexOf(FILE));

/**
 * Say in the language of a page that its form cannot be shown, with a way to it.
 *
 * @param {Element} root
 * @param {string} channel
 * @param {string} lang
 * @param {string} detail what the server said
 */
function fail(root, channel, lang, detail) {
    const codes = Object.keys(FAILURES);
    const short = (code) => code.toLowerCase().split(/[-_]/)[0];
    const code = codes.find((one) => short(one) === short(lang)) || codes[0];
    const href = `${base}/aftersales/form/${encodeURIComponent(channel)}`;
    root.replaceChildren(
        make(
            "div",
            {class: "page", lang: code, role: "status"},
            detail
                ? make("p", {}, detail)
                : make("p", {}, make("a", {href}, FAILURES[code]))
        )
    );
}

/**
 * Put the form of a channel into an element. What stands in it shows until then, and
 * where the form cannot be had.
 *
 * @param {Element} host
 */
async function fillIn(host) {
    const {aftersalesChannel: channel, aftersalesType: type} = host.dataset;
    if (host.shadowRoot || host.dataset.aftersalesReady || !channel) {
        return;
    }
    host.dataset.aftersalesReady = "loading";
    const lang =
        host.dataset.aftersalesLang ||
        host.closest("[lang]")?.lang ||
        navigator.language ||
        "";
    const root = make("div");
    let state = "shown";
    try {
        const url = `${base}/aftersales/v1/${encodeURIComponent(channel)}`;
        await new Form(root, url, type, lang).open(type);
    } catch (problem) {
        state = "failed";
        if (host.childElementCount) {
            host.dataset.aftersalesReady = state;
            return;
        }
        fail(root, channel, lang, problem.detail);
    }
    if (host.contains(document.activeElement)) {
        // Somebody began to fill in the form that stands there without scripts.
        host.dataset.aftersalesReady = "left";
        return;
    }
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS_TEXT);
    const shadow = host.attachShadow({mode: "open"});
    shadow.adoptedStyleSheets = [sheet];
    shadow.append(root);
    host.dataset.aftersalesReady = state;
}

function start() {
    document.querySelectorAll(`[${ATTRIBUTE}]`).forEach(fillIn);
}

// Where the script itself names a channel, the form stands after it.
if (script.dataset.channel && !script.dataset.aftersalesReady) {
    script.dataset.aftersalesReady = "shown";
    const {channel, lang, type} = script.dataset;
    const host = make("div", {
        [ATTRIBUTE]: channel,
        "data-aftersales-lang": lang,
        "data-aftersales-type": type,
    });
    script.after(host);
}
start();
if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", start);
}
