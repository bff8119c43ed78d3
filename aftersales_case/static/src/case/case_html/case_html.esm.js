import {HtmlField, htmlField} from "@html_editor/fields/html_field";
import {TabulationPlugin} from "@html_editor/main/tabulation_plugin";
import {registry} from "@web/core/registry";

/** Core writes a tab: who walks through a form by keyboard would not get out again. */
export class CaseTabulationPlugin extends TabulationPlugin {
    resources = {...this.resources, shortcuts: []};
}

/** Tab goes on to the next field, as from all others. */
export class CaseHtmlField extends HtmlField {
    getConfig() {
        const config = super.getConfig();
        const Plugins = config.Plugins.map((Plugin) =>
            Plugin === TabulationPlugin ? CaseTabulationPlugin : Plugin
        );
        return {...config, Plugins};
    }
}

const caseHtmlField = {...htmlField, component: CaseHtmlField};

registry
    .category("fields")
    .add("aftersales_case_form.html", caseHtmlField)
    .add("aftersales_case_gate.html", caseHtmlField);
