<?php

/** Every screen of Tayang explains itself in the tab "Help". */
final class HelpTest extends TayangTestCase
{
    /** @dataProvider screens */
    public function testEveryScreenHasHelp(string $id, string $post_type, bool $has_sidebar): void
    {
        $screen = WP_Screen::get($id);
        $screen->remove_help_tabs();
        $screen->is_block_editor(false);
        if ($post_type !== '') {
            $screen->post_type = $post_type;
        }
        (new Tayang\Ui\Help())->add($screen);
        $tabs = $screen->get_help_tabs();
        self::assertNotSame([], $tabs, $id);
        foreach ($tabs as $tab) {
            self::assertGreaterThan(120, strlen(wp_strip_all_tags($tab['content'])), $tab['id']);
            preg_match_all('#assets/help/([^"]+)"#', $tab['content'], $pictures);
            foreach ($pictures[1] as $picture) {
                self::assertFileExists(dirname(TAYANG_FILE) . "/assets/help/$picture");
            }
        }
        self::assertSame($has_sidebar, str_contains($screen->get_help_sidebar(), 'page=tayang'));
    }

    public static function screens(): array
    {
        return [
            ['tayang_page_tayang-board', '', true], ['tayang_page_tayang-calendar', '', true], ['toplevel_page_tayang', '', true],
            ['tayang_page_tayang-assignment', '', true], ['tayang_page_tayang-case', '', true], ['settings_page_tayang-settings', '', true],
            ['profile', '', false], ['users', '', false], ['edit-post', 'post', false], ['post', 'post', false],
            ['edit-tayang_greeting', 'tayang_greeting', false],
        ];
    }

    /** The block editor has no such tabs; its panel says the same. */
    public function testTheBlockEditorIsHelpedByThePanel(): void
    {
        $screen = WP_Screen::get('post');
        $screen->remove_help_tabs();
        $screen->is_block_editor(true);
        (new Tayang\Ui\Help())->add($screen);
        self::assertSame([], $screen->get_help_tabs());
        $id = $this->make_case(2);
        $help = $this->rest('GET', "/tayang/v1/posts/$id/panel", [], 'author')->get_data()['help'];
        self::assertGreaterThan(2, count($help));
        self::assertNotSame([], $help[0]['paragraphs']);
    }

    public function testOtherScreensAreLeftAlone(): void
    {
        foreach (['edit-page', 'dashboard', 'settings_page_other', 'edit-comments'] as $id) {
            $screen = WP_Screen::get($id);
            $screen->remove_help_tabs();
            (new Tayang\Ui\Help())->add($screen);
            self::assertSame([], $screen->get_help_tabs(), $id);
        }
    }
}
