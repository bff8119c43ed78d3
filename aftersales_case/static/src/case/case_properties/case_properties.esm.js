import {CaseAnswer} from "../case_answer/case_answer.esm";
import {
    PropertiesField,
    propertiesField,
} from "@web/views/fields/properties/properties_field";
import {
    CardPropertiesField,
    cardPropertiesField,
} from "@web/views/fields/properties/card_properties_field";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

/** The own fields of a type, as its rules say: shown, asked, locked, named, explained. */
export class CaseProperties extends PropertiesField {
    static template = "aftersales_case.CaseProperties";
    static components = {...PropertiesField.components, PropertyValue: CaseAnswer};

    /** Only what is drawn: ``propertiesList`` is also what is written. */
    get groupedPropertiesList() {
        if (this.state.isInEditMode) {
            return super.groupedPropertiesList;
        }
        const labels = this.props.record.data.rule_labels || {};
        const drawn = this.propertiesList
            .filter((property) => this.isShown(property))
            .map((property) => ({
                ...property,
                string: labels[this.getKey(property)] || property.string,
            }));
        const view = Object.create(this, {propertiesList: {value: drawn}});
        const groups = Reflect.get(
            PropertiesField.prototype,
            "groupedPropertiesList",
            view
        );
        return groups.filter(({name, elements}) => !name || elements.length);
    }

    /** The small form of a gate asks: there, an untouched 0 or No answers. */
    get keepsEmpty() {
        return !this.props.record.context.gate_fields;
    }

    /**
     * Write one answer. Core writes all as they stood when it was given: another that is
     * still on its way to the server would be lost. Links are written core's way.
     */
    onPropertyValueChange(name, value) {
        const {type} = this.propertiesList.find((property) => property.name === name);
        if (["many2one", "many2many"].includes(type)) {
            super.onPropertyValueChange(name, value);
            return;
        }
        this.props.record.update({[`${this.props.name}.${name}`]: value});
    }

    getKey({name}) {
        return `${this.props.name}.${name}`;
    }

    getHelp(property) {
        return this.props.record.data.rule_helps?.[this.getKey(property)];
    }

    getTooltip(property) {
        return JSON.stringify({field: {help: this.getHelp(property)}});
    }

    isShown(property) {
        const {gate_fields: asked} = this.props.record.context;
        if (asked) {
            return asked.includes(this.getKey(property));
        }
        return property.type === "separator" || !this.isRuled("rule_hidden", property);
    }

    isLocked(property) {
        return this.props.readonly || this.isRuled("rule_locked", property);
    }

    isRequired(property) {
        const {gate_fields: asked} = this.props.record.context;
        return Boolean(asked) || this.isRuled("rule_required", property);
    }

    /** Core folds with the mouse only. */
    onSeparatorKey(event, name) {
        if (
            event.target === event.currentTarget &&
            ["Enter", " "].includes(event.key)
        ) {
            event.preventDefault();
            this.onSeparatorClick(name);
        }
    }

    _getPropertyEditWarningText() {
        return _t("Own fields are set up on the type of the case, by its managers.");
    }

    isRuled(rule, property) {
        return (this.props.record.data[rule] || []).includes(this.getKey(property));
    }
}

/** Cards name what is chosen, too: "Yes" and "Expired" say nothing by themselves. */
export class CaseCardProperties extends CardPropertiesField {
    static template = "aftersales_case.CaseCardProperties";

    getLabel({name, string}) {
        const labels = this.props.record.data.own_labels || {};
        return labels[`${this.props.name}.${name}`] || string;
    }
}

const caseProperties = {...propertiesField, component: CaseProperties};

registry
    .category("fields")
    .add("aftersales_case_form.properties", caseProperties)
    .add("aftersales_case_gate.properties", caseProperties)
    .add("aftersales_case_kanban.properties", {
        ...cardPropertiesField,
        component: CaseCardProperties,
    });
