import {fill, make} from "./dom.esm";

/**
 * Make what lets one choose what to report; of one type there is nothing to choose.
 *
 * @param {Form} form
 * @returns {Element}
 */
export function makeChooser(form) {
    if (form.types.length < 2) {
        return null;
    }
    const options = form.types.map(({code, title, description}) =>
        make(
            "label",
            {class: "option"},
            make("input", {
                change: (event) => {
                    event.stopPropagation();
                    form.choose(code);
                },
                checked: code === form.type,
                name: "type",
                type: "radio",
                value: code,
            }),
            make(
                "span",
                {},
                make("b", {}, title),
                description && make("span", {class: "help"}, description)
            )
        )
    );
    return make(
        "fieldset",
        {class: "types"},
        make("legend", {class: "label"}, form.texts.choose),
        ...options
    );
}

/**
 * Make what stands there after a report: its number, and what happens next.
 *
 * @param {object} receipt
 * @param {object} texts
 * @param {Function} again
 * @returns {Element[]}
 */
export function makeSent(receipt, texts, again) {
    const {link, message, next, number, status} = receipt;
    return [
        make("h2", {tabindex: -1}, texts.received),
        make(
            "div",
            {class: "sent", role: "status"},
            number && make("p", {class: "number"}, fill(texts.number, number)),
            message && make("p", {}, message),
            status && make("p", {}, fill(texts.status, status)),
            next && make("p", {}, next),
            /^https?:/.test(link || "") &&
                make("p", {}, make("a", {href: link}, texts.follow))
        ),
        make("button", {class: "light", click: again, type: "button"}, texts.again),
    ];
}
