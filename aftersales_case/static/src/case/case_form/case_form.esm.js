import {CaseGroup} from "../case_group/case_group.esm";
import {CaseLabel} from "../case_label/case_label.esm";
import {CaseModel} from "../case_model/case_model.esm";
import {FormRenderer} from "@web/views/form/form_renderer";
import {GateModel} from "../../gate/gate_model/gate_model.esm";
import {formView} from "@web/views/form/form_view";
import {registry} from "@web/core/registry";

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
        Model: CaseModel,
        Renderer: CaseFormRenderer,
    })
    // The small form is itself the answer to a gate.
    .add("aftersales_case_gate", {
        ...formView,
        Model: GateModel,
        Renderer: CaseFormRenderer,
    });
