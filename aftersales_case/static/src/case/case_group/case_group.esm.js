import {InnerGroup} from "@web/views/form/form_group/form_group";
import {sortBy} from "@web/core/utils/arrays";

/** A group whose fields stand in the order that the rules of the type give them. */
export class CaseGroup extends InnerGroup {
    getItems() {
        const items = super.getItems();
        const ruled = items.filter((item) => this.getOrder(item) !== undefined);
        const sorted = sortBy(ruled, (item) => this.getOrder(item));
        // Fields without a rule keep their places.
        return items.map((item) => (ruled.includes(item) ? sorted.shift() : item));
    }

    getOrder([, {isVisible, props}]) {
        return isVisible ? props?.record.data.rule_order?.[props.fieldName] : undefined;
    }
}
