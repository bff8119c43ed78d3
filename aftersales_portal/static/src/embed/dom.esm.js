// Nodes are made by calls, never of HTML: pages forbid that, and texts stay texts.

/**
 * Make an element.
 *
 * @param {string} tag
 * @param {object} attributes functions are what hears an event of that name
 * @param {...any} children elements and texts; empty ones are left out
 * @returns {Element}
 */
export function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (typeof value === "function") {
            element.addEventListener(name, value);
        } else if (value || value === "") {
            element.setAttribute(name, value === true ? "" : value);
        }
    }
    element.append(...children.filter(Boolean));
    return element;
}

/**
 * Fill values into a text of Odoo: `%s`, or `%(name)s`.
 *
 * @param {string} text
 * @param {object | string} values
 * @returns {string}
 */
export function fill(text, values) {
    return text.replace(/%(?:\((\w+)\))?s/g, (_all, name) =>
        name ? values[name] : values
    );
}

export function setError(element, id, text) {
    element.querySelector(".error")?.remove();
    const isGroup = element.getAttribute("role") === "group";
    for (const input of isGroup
        ? [element]
        : element.querySelectorAll(
              "input:not([type=file][hidden]), select, textarea"
          )) {
        const ids = (input.getAttribute("aria-describedby") || "").split(" ");
        const described = ids.filter((one) => one && one !== `${id}-error`);
        if (text) {
            described.push(`${id}-error`);
        }
        input.setAttribute("aria-describedby", described.join(" "));
        if (!described.length) {
            input.removeAttribute("aria-describedby");
        }
        if (!isGroup) {
            input.setAttribute("aria-invalid", Boolean(text));
        }
    }
    element.classList.toggle("wrong", Boolean(text));
    if (text) {
        element.append(make("p", {class: "error", id: `${id}-error`}, text));
    }
}
