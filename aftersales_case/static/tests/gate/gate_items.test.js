import {expect, test} from "@odoo/hoot";
import {Component, xml} from "@odoo/owl";
import {GateItems} from "@aftersales_case/gate/gate_items/gate_items.esm";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {mountWithCleanup} from "@web/../tests/web_test_helpers";
import {registry} from "@web/core/registry";

// The web client of an installation with mail asks for its models.
defineMailModels();

const missing = (kind, name, text) => ({kind, name, label: name, text});

/**
 * @param {object[]} items what a move lacks
 * @returns {Promise} the widget, mounted as the small form does
 */
function mountItems(items) {
    const context = {gate_missing: items, gate_stage_id: 9};
    const record = {context, resId: 17};
    return mountWithCleanup(GateItems, {props: {record, readonly: false}});
}

test("fields and the checklist are left to the form", async () => {
    await mountItems([
        missing("field", "cause_id", "“Cause” is missing."),
        missing("checklist", "1", "Tick the list."),
    ]);
    expect(".o_aftersales_gate_item").toHaveCount(0);
});

test("a kind that nobody draws is told in words", async () => {
    await mountItems([missing("move", "9", "From New you cannot go to Done.")]);
    expect(".o_aftersales_gate_item").toHaveCount(1);
    expect(".o_aftersales_gate_item").toHaveText("From New you cannot go to Done.");
});

test("a kind of another addon is drawn by its own component", async () => {
    class Visit extends Component {
        static template = xml`<b t-out="text" />`;
        static props = ["item", "stageId", "caseId"];
        get text() {
            const {item, stageId, caseId} = this.props;
            return `${item.name} ${stageId} ${caseId}`;
        }
    }
    registry.category("aftersales_gate_items").add("visit", {component: Visit});
    await mountItems([missing("visit", "planned", "Plan a visit.")]);
    expect(".o_aftersales_gate_item b").toHaveText("planned 9 17");
});
