import {registry} from "@web/core/registry";

const FORM = "form.o_aftersales_form:has(textarea[name='message'])";
const TEXT = `${FORM} textarea[name='message']`;
const state = (name) => `${FORM} [data-state='${name}']:not([hidden])`;

// Waits without doing anything.
const check = (content, trigger) => ({content, trigger});

const REFUSED = `${FORM} [role='alert']:contains('setup.exe cannot be taken')`;

// What is saved next shows again.
function forgetSaved() {
    document.querySelector(state("saved")).hidden = true;
}

function findText() {
    return document.querySelector(TEXT);
}

function assert(isTrue, message) {
    if (!isTrue) {
        throw new Error(message);
    }
}

// Browsers tell of a choice twice.
function chooseFile(input, name, content) {
    const transfer = new DataTransfer();
    transfer.items.add(new File([content], name));
    input.files = transfer.files;
    input.dispatchEvent(new Event("input", {bubbles: true}));
    input.dispatchEvent(new Event("change", {bubbles: true}));
}

registry.category("web_tour.tours").add("aftersales_portal_drafts", {
    steps: () => [
        {content: "Type", trigger: TEXT, run: "edit It leaks"},
        check("It is saved", state("saved")),
        {
            content: "Add a file",
            trigger: `${FORM} input[type='file']`,
            run() {
                chooseFile(this.anchor, "note.txt", "It drips");
            },
        },
        {
            content: "It is saved as well, and not sent a second time",
            trigger: `${FORM} [name='draft_files']:contains('note.txt')`,
            run() {
                const input = document.querySelector(`${FORM} input[type='file']`);
                assert(!input.files.length, "still to be sent");
            },
        },
        {
            content: "Add a program",
            trigger: `${FORM} input[type='file']`,
            run() {
                chooseFile(this.anchor, "setup.exe", "MZ\u0000");
            },
        },
        {
            content: "It is refused",
            trigger: REFUSED,
            run: forgetSaved,
        },
        {content: "Type on", trigger: TEXT, run: "edit It leaks still"},
        check("It is saved", state("saved")),
        {
            content: "The refusal still stands there",
            trigger: REFUSED,
            run: forgetSaved,
        },
        {content: "Type", trigger: TEXT, run: "edit It leaks"},
        check("It is saved", state("saved")),
        {
            content: "Close the tab, and come again",
            trigger: TEXT,
            run() {
                assert(
                    !Object.keys(localStorage).some((name) =>
                        name.startsWith("aftersales-draft")
                    ),
                    "kept on the device although the server has it"
                );
                window.location.reload();
            },
            expectUnloadPage: true,
        },
        {
            content: "It is there again",
            trigger: state("kept"),
            run() {
                assert(findText().value === "It leaks", "lost");
            },
        },
        {
            content: "Go on with it on another device",
            trigger: TEXT,
            async run() {
                const data = new FormData(document.querySelector(FORM));
                data.set("message", "It leaks in the cellar");
                const answer = await fetch("/my/cases/draft", {
                    method: "POST",
                    body: data,
                });
                assert(answer.ok, "the other device did not save it");
            },
        },
        {content: "Come back to the first", trigger: TEXT, run: "edit It drips"},
        check("He is told", state("elsewhere")),
        {
            content: "See what the other device has",
            trigger: `${FORM} .o_aftersales_draft_reload`,
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The newer one is shown, the other one offered",
            trigger: state("older"),
            run() {
                assert(
                    findText().value === "It leaks in the cellar",
                    "not the newer one"
                );
            },
        },
        {
            content: "Use what was typed here",
            trigger: `${FORM} .o_aftersales_draft_local`,
            run: "click",
        },
        {
            content: "It is here",
            trigger: state("saved"),
            run() {
                assert(findText().value === "It drips", "lost");
            },
        },
        {
            content: "The log-in ends",
            trigger: TEXT,
            async run() {
                await fetch("/web/session/logout", {redirect: "manual"});
            },
        },
        {content: "Go on", trigger: TEXT, run: "edit It leaks in the cellar as well"},
        check("It is kept here", state("local")),
        {
            content: "Send it",
            trigger: `${FORM} button.btn-primary`,
            run: "click",
            expectUnloadPage: true,
        },
        {content: "Log in", trigger: "input[name='login']", run: "edit as_anna"},
        {content: "Password", trigger: "input[name='password']", run: "edit as_annax"},
        {
            content: "Log in",
            trigger: ".oe_login_form button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is there again",
            trigger: `${state("restored")}, ${state("saved")}`,
            run() {
                assert(findText().value === "It leaks in the cellar as well", "lost");
            },
        },
        {
            content: "Send it",
            trigger: `${FORM} button.btn-primary`,
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It was sent, and nothing is left of it",
            trigger: "[name='sent_reply']",
            run() {
                assert(findText().value === "", "still there");
                assert(
                    !Object.keys(localStorage).some((name) =>
                        name.startsWith("aftersales-draft")
                    ),
                    "still on the device"
                );
            },
        },
    ],
});
