import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const CANVAS = ".o_aftersales_board_canvas";
const inside = (selector) => `${CANVAS}:shadow ${selector}`;
const row = (name) => inside(`.row-name:contains(${name})`);
const bar = (name) => inside(`.visit:contains(${name})`);
const card = (name) => `.o_aftersales_card:contains(${name})`;
const told = (text) => `.o_aftersales_board_told:contains(${text})`;

const getRoot = () => document.querySelector(CANVAS).shadowRoot;
const find = (selector, text) =>
    [...getRoot().querySelectorAll(selector)].find((one) =>
        one.textContent.includes(text)
    );

/**
 * Where a time of the day shown stands in the row of somebody.
 * The day goes from six to twenty o'clock.
 */
function getSpot(name, hour) {
    const center = getRoot()
        .querySelector(".vis-panel.vis-center")
        .getBoundingClientRect();
    const label = find(".vis-label", name).getBoundingClientRect();
    return {
        clientX: center.left + (center.width * (hour - 6)) / 14,
        clientY: label.top + label.height / 2,
    };
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Drag a card of the lane, as a browser does it. */
async function dragCard(element, name, hour) {
    const dataTransfer = new DataTransfer();
    const send = (target, type, spot = {}) =>
        target.dispatchEvent(
            new DragEvent(type, {
                bubbles: true,
                cancelable: true,
                composed: true,
                dataTransfer,
                ...spot,
            })
        );
    send(element, "dragstart");
    const target = getRoot().querySelector(".vis-panel.vis-center .vis-content");
    const spot = getSpot(name, hour);
    send(target, "dragover", spot);
    send(target, "drop", spot);
    send(element, "dragend");
}

/** Drag the bar of a visit; it is taken in its middle. */
async function dragBar(text, to) {
    // What was done before is drawn in the next frame.
    await new Promise((resolve) =>
        requestAnimationFrame(() => requestAnimationFrame(resolve))
    );
    const element = find(".visit", text);
    const box = element.getBoundingClientRect();
    const from = {clientX: box.left + box.width / 2, clientY: box.top + box.height / 2};
    const target = typeof to === "function" ? to(from) : to;
    const send = (node, type, spot) =>
        node.dispatchEvent(
            new PointerEvent(type, {
                bubbles: true,
                cancelable: true,
                composed: true,
                isPrimary: true,
                pointerId: 1,
                pointerType: "mouse",
                button: type === "pointermove" ? -1 : 0,
                buttons: type === "pointerup" ? 0 : 1,
                ...spot,
            })
        );
    const content = element.querySelector(".vis-item-content");
    send(content, "pointerdown", from);
    for (let step = 1; step <= 10; step++) {
        await wait(20);
        send(document.body, "pointermove", {
            clientX: from.clientX + ((target.clientX - from.clientX) * step) / 10,
            clientY: from.clientY + ((target.clientY - from.clientY) * step) / 10,
        });
    }
    await wait(20);
    send(document.body, "pointerup", target);
}

/** Straight down or up into the row of somebody, at the same time of the day. */
const intoRow = (name) => (from) => ({...from, clientY: getSpot(name, 12).clientY});

const showDay = [
    {content: "The board is there", trigger: row("Tina")},
    {
        content: "Show one day",
        trigger: ".o_aftersales_scale_day",
        run: "click",
    },
    {trigger: ".o_aftersales_board_title:contains(Monday 2 March)"},
];

tours.add("aftersales_planning_board_lane", {
    steps: () => [
        ...showDay,
        {
            content: "Who has nothing to do has a row",
            trigger: row("Tina"),
        },
        {
            content: "Drag the card to her morning",
            trigger: card("Lane"),
            async run({anchor}) {
                await dragCard(anchor, "Tina", 9);
            },
        },
        {content: "It stands there", trigger: bar("Lane")},
        {trigger: told("Planned")},
        {trigger: `.o_aftersales_lane:not(:has(${card("Lane")}))`},
        {
            content: "A case without a visit is planned in the same way",
            trigger: card("Nobody planned"),
            async run({anchor}) {
                await dragCard(anchor, "Tina", 13);
            },
        },
        {trigger: `.o_aftersales_lane:not(:has(${card("Nobody planned")}))`},
    ],
});

tours.add("aftersales_planning_board_refused", {
    steps: () => [
        ...showDay,
        {
            trigger: bar("Moved"),
            async run() {
                await dragBar("Moved", intoRow("Tina"));
            },
        },
        {
            content: "It says why",
            trigger: ".o_notification:contains(Tina is on)",
        },
        {
            content: "It is back where it was",
            trigger: bar("Moved"),
            run() {
                const top = (element) => element.getBoundingClientRect().top;
                const label = find(".vis-label", "Tom").getBoundingClientRect();
                const now = top(find(".visit", "Moved"));
                if (now < label.top || now > label.bottom) {
                    throw new Error(
                        "The visit is drawn in a row that it does not have"
                    );
                }
            },
        },
    ],
});

tours.add("aftersales_planning_board_undo", {
    steps: () => [
        ...showDay,
        {
            trigger: bar("Moved"),
            async run() {
                await dragBar("Moved", intoRow("Tina"));
            },
        },
        {trigger: told("Planned")},
        {
            content: "Take it back",
            trigger: ".o_aftersales_board_undo:enabled",
            async run({anchor}) {
                anchor.dispatchEvent(
                    new KeyboardEvent("keydown", {
                        key: "z",
                        ctrlKey: true,
                        bubbles: true,
                    })
                );
            },
        },
        {trigger: told("Taken back")},
        {
            content: "Do it again",
            trigger: ".o_aftersales_board_redo:enabled",
            run: "click",
        },
        {trigger: told("Done again")},
        {
            content: "Drag it to the lane",
            trigger: bar("Moved"),
            async run() {
                const lane = document.querySelector(".o_aftersales_lane");
                const box = lane.getBoundingClientRect();
                await dragBar("Moved", {
                    clientX: box.left + box.width / 2,
                    clientY: box.top + box.height / 2,
                });
            },
        },
        {trigger: card("Moved")},
        {
            trigger: ".o_aftersales_board_undo:enabled",
            run: "click",
        },
        {trigger: bar("Moved")},
    ],
});

tours.add("aftersales_planning_board_keyboard", {
    steps: () => [
        ...showDay,
        {
            content: "A card is reached and picked",
            trigger: card("Keys"),
            async run({anchor}) {
                anchor.focus();
            },
        },
        {trigger: `${card("Keys")}:focus`, run: "press Enter"},
        {content: "The best slots come first", trigger: ".o_aftersales_slots button"},
        {trigger: "#aftersales_who", run: "selectByLabel Tom"},
        {
            content: "The day is the one shown",
            trigger: "#aftersales_day:value(2026-03-02)",
        },
        {trigger: "#aftersales_time:value(09:00)"},
        {trigger: ".o_dialog .o_aftersales_place", run: "press Enter"},
        {trigger: "body:not(:has(.o_dialog))"},
        {
            content: "The visit is reached past all cards, too, and tells itself",
            trigger: ".o_aftersales_lane:has(.o_aftersales_skip)",
            run({anchor}) {
                anchor.querySelector(".o_aftersales_skip").click();
            },
        },
        {trigger: "[role=gridcell]:focus:contains(09:00):contains(Tom)"},
        {trigger: "[role=gridcell]:focus", run: "press Enter"},
        {trigger: told("is picked")},
        {trigger: "[role=gridcell]:focus", run: "press ArrowRight"},
        {trigger: told("09:15–11:15")},
        {trigger: "[role=gridcell]:focus", run: "press ArrowUp"},
        {trigger: told("Tina, Mon 2 Mar 09:15")},
        {trigger: "[role=gridcell]:focus", run: "press Enter"},
        {trigger: told("Planned")},
        {
            content: "The focus went with it",
            trigger: "[role=gridcell]:focus:contains(Tina)",
        },
        {trigger: "[role=gridcell]:focus", run: "press Delete"},
        {trigger: card("Keys")},
        {trigger: told("Back in the lane")},
    ],
});
