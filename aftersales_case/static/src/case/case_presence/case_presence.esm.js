import {CaseVisit, EDITING, LOOKING, WRITING} from "./case_visit.esm";
import {Component, useEffect, useExternalListener, useRef, useState} from "@odoo/owl";
import {useBus, useService} from "@web/core/utils/hooks";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

// Who writes stands first: that is what matters before one answers.
const ORDER = [WRITING, EDITING, LOOKING];
const TEXTS = "input, textarea, [contenteditable='true']";
// The full composer opens in a dialog above the form.
const FULL_COMPOSER = ".modal .o_mail_composer_form";

/** Who else has this case open, and who of them is writing just now. */
export class CasePresence extends Component {
    static template = "aftersales_case.CasePresence";
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.bus = useService("bus_service");
        this.root = useRef("root");
        this.people = useState({});
        const onAct = (ev) => this.onAct(ev);
        useExternalListener(document, "input", onAct, {capture: true});
        useExternalListener(document, "focusin", onAct, {capture: true});
        useExternalListener(document, "visibilitychange", () => this.onVisibility());
        useExternalListener(window, "pagehide", () => this.visit?.stopWithPage());
        useBus(this.bus, "BUS:RECONNECT", () => this.visit?.arrive());
        useEffect(
            (caseId) => this.goTo(caseId),
            () => [this.props.record.resId]
        );
    }

    get signs() {
        const signs = Object.values(this.people);
        return signs.sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
    }

    getText({name, state}) {
        if (state === WRITING) {
            return _t("%(name)s is writing an answer or a note…", {name});
        }
        if (state === EDITING) {
            return _t("%(name)s is changing this case…", {name});
        }
        return _t("%(name)s has this case open", {name});
    }

    isWriting({state}) {
        return state !== LOOKING;
    }

    goTo(caseId) {
        if (!caseId) {
            return () => undefined;
        }
        const {orm, bus, people} = this;
        const visit = new CaseVisit(caseId, {orm, bus, people});
        this.visit = visit;
        visit.start();
        return () => {
            visit.stop();
            this.visit = null;
        };
    }

    onAct({target, type}) {
        const state = this.getState(target);
        // To go to a field changes nothing; who goes to the composer is about to write.
        if (this.visit && (state === WRITING || (state && type === "input"))) {
            this.visit.note(state, target);
        }
    }

    onVisibility() {
        if (!document.hidden) {
            this.visit?.show();
        }
    }

    /** What an event in an element of the page says of the user, if anything. */
    getState(target) {
        if (!target?.matches?.(TEXTS)) {
            return undefined;
        }
        if (target.closest(FULL_COMPOSER)) {
            return WRITING;
        }
        if (!this.root.el?.closest(".o_form_view")?.contains(target)) {
            return undefined;
        }
        if (target.closest(".o-mail-Composer")) {
            return WRITING;
        }
        return target.closest(".o_field_widget") ? EDITING : undefined;
    }
}

registry.category("view_widgets").add("aftersales_case_presence", {
    component: CasePresence,
});
