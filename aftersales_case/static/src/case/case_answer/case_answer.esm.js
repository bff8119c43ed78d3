import {PropertyValue} from "@web/views/fields/properties/property_value";
import {_t} from "@web/core/l10n/translation";

const NUMBERS = ["integer", "float", "monetary"];
const isUnanswered = (value) => value === undefined || value === null;

/** The value of an own field, empty as long as nobody has answered. */
export class CaseAnswer extends PropertyValue {
    static template = "aftersales_case.CaseAnswer";
    static props = {...PropertyValue.props, keepsEmpty: {type: Boolean}};

    /** Of a number, false is what core puts where there is none. */
    get isEmpty() {
        const {type, value, keepsEmpty} = this.props;
        if (!keepsEmpty) {
            return false;
        }
        return NUMBERS.includes(type)
            ? isUnanswered(value) || value === false
            : isUnanswered(value);
    }

    /** Core draws what is stored over what is being typed, and it is lost. */
    get displayValue() {
        return this.typed ?? (this.isEmpty ? "" : super.displayValue);
    }

    get textValue() {
        return this.typed ?? (this.propertyValue || "");
    }

    get ticks() {
        return [
            {value: "", label: "", selected: this.isEmpty},
            {value: "yes", label: _t("Yes"), selected: this.props.value === true},
            {value: "no", label: _t("No"), selected: this.props.value === false},
        ];
    }

    get tickLabel() {
        return this.ticks.find(({selected}) => selected)?.label || "";
    }

    onTick(value) {
        this.props.onChange({yes: true, no: false}[value] ?? null);
    }

    onTyping({target}) {
        this.typed = target.value;
    }

    /** Drawn over, a field does not know any more that it was changed. */
    async onLeaving() {
        if (this.typed !== undefined) {
            await this.onValueChange(this.typed);
        }
    }

    async onValueChange(value) {
        this.typed = undefined;
        const {keepsEmpty, type} = this.props;
        if (keepsEmpty && NUMBERS.includes(type) && !String(value).trim()) {
            this.props.onChange(null);
            return;
        }
        return super.onValueChange(value);
    }
}
