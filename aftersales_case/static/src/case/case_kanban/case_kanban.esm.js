import {CaseModel} from "../case_model/case_model.esm";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {registry} from "@web/core/registry";

registry
    .category("views")
    .add("aftersales_case_kanban", {...kanbanView, Model: CaseModel});
