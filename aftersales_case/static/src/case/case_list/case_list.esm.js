import {CaseModel} from "../case_model/case_model.esm";
import {listView} from "@web/views/list/list_view";
import {registry} from "@web/core/registry";

registry.category("views").add("aftersales_case_list", {...listView, Model: CaseModel});
