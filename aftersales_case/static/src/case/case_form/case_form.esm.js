import {onWillStart, useState} from "@odoo/owl";
import {CaseGroup} from "../case_group/case_group.esm";
import {CaseLabel} from "../case_label/case_label.esm";
import {CaseModel} from "../case_model/case_model.esm";
import {FormController} from "@web/views/form/form_controller";
import {FormRenderer} from "@web/views/form/form_renderer";
import {GateModel} from "../../gate/gate_model/gate_model.esm";
import {formView} from "@web/views/form/form_view";
import {registry} from "@web/core/registry";
import {user} from "@web/core/user";

/** Own fields are set up by who may write types: nobody else is offered to. */
export class CaseFormController extends FormController {
    setup() {
        super.setup();
        this.rights = useState({type: false});
        onWillStart(async () => {
            if (this.archInfo.activeActions.addPropertyFieldValue) {
                this.rights.type = await user.checkAccessRight(
                    "aftersales.case.type",
                    "write"
                );
            }
        });
    }

    getStaticActionMenuItems() {
        const items = super.getStaticActionMenuItems();
        const {isAvailable} = items.addPropertyFieldValue;
        items.addPropertyFieldValue.isAvailable = () =>
            isAvailable() && this.rights.type;
        return items;
    }
}

/** One form for all types; what the rules of a type say is drawn from the record. */
export class CaseFormRenderer extends FormRenderer {
    static components = {
        ...FormRenderer.components,
        FormLabel: CaseLabel,
        InnerGroup: CaseGroup,
    };
}

registry
    .category("views")
    .add("aftersales_case_form", {
        ...formView,
        Controller: CaseFormController,
        Model: CaseModel,
        Renderer: CaseFormRenderer,
    })
    // The small form is itself the answer to a gate.
    .add("aftersales_case_gate", {
        ...formView,
        Model: GateModel,
        Renderer: CaseFormRenderer,
    });
