import {BoardController} from "./board_controller.esm";
import {BoardModel} from "./board_model.esm";
import {BoardRenderer} from "./board_renderer.esm";
import {TimelineView} from "@web_timeline/views/timeline/timeline_view.esm";
import {registry} from "@web/core/registry";

/** The planning board: a timeline of visits, with the lane of what is to be planned. */
export const boardView = {
    ...TimelineView,
    Controller: BoardController,
    Model: BoardModel,
    Renderer: BoardRenderer,
};

registry.category("views").add("aftersales_board", boardView);
