import {
    StatusBarDurationField,
    statusBarDurationField,
} from "@mail/views/fields/statusbar_duration/statusbar_duration_field";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/** The stages of a case; those it cannot go to from where it stands are greyed. */
export class CaseStages extends StatusBarDurationField {
    static template = "aftersales_case.CaseStages";

    setup() {
        super.setup();
        this.notification = useService("notification");
    }

    getAllItems() {
        const closed = this.props.record.data.closed_stages || {};
        return super
            .getAllItems()
            .map((item) => ({...item, why: !item.isSelected && closed[item.value]}));
    }

    getDropdownItemClassNames(item) {
        const names = super.getDropdownItemClassNames(item);
        return item.why ? `${names} o_aftersales_closed_stage` : names;
    }

    /** What is greyed can be reached all the same, to be told why it is. */
    getItemAttributes({why}) {
        return why ? {title: why, "aria-disabled": "true"} : {};
    }

    async selectItem(item) {
        if (item.why) {
            this.notification.add(item.why, {type: "warning"});
            return;
        }
        return super.selectItem(item);
    }
}

registry.category("fields").add("aftersales_case_form.statusbar_duration", {
    ...statusBarDurationField,
    component: CaseStages,
});
