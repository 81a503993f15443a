<?php

namespace Tayang\Ui;

use Tayang\Plugin;

defined('ABSPATH') || exit;

/**
 * Contextual help (the tab "Help" at the top right) on every screen of Tayang, and on lists and editor of content that goes
 * through the SOP. The block editor has no such tab: there the panel says the same words (`beside_the_text`).
 */
final class Help
{
    /** Which picture (assets/help, taken by scripts/screenshots) goes with which tab. */
    private const PICTURES = ['board' => 'board', 'calendar' => 'calendar', 'tasks' => 'tasks', 'assignment' => 'new-assignment',
        'decide' => 'case-page', 'list' => 'posts-list', 'editor' => 'editor-panel', 'pairing' => 'settings', 'acting' => 'profile'];

    public function register(): void
    {
        add_action('current_screen', [$this, 'add']);
    }

    public function add(\WP_Screen $screen): void
    {
        $tabs = $screen->is_block_editor() ? [] : $this->tabs($screen);
        foreach ($tabs as $id => [$title, $paragraphs]) {
            $text = array_map(static fn(string $one): string => '<p>' . esc_html($one) . '</p>', $paragraphs);
            $screen->add_help_tab([
                'id' => "tayang-$id",
                'title' => $title,
                'content' => implode('', $text) . self::picture(self::PICTURES[$id] ?? '', $title),
            ]);
        }
        if ($tabs && !$this->is_cores_own($screen)) {
            $screen->set_help_sidebar($this->sidebar());
        }
    }

    /** @return array<int, array{title: string, paragraphs: array<int, string>}> What the panel tells whoever asks for help there. */
    public static function beside_the_text(): array
    {
        $tabs = array_values((new self())->editor() + (new self())->a_case());
        return array_map(static fn(array $tab): array => ['title' => $tab[0], 'paragraphs' => $tab[1]], $tabs);
    }

    /** Loaded only when somebody opens the tab. */
    private static function picture(string $name, string $title): string
    {
        return $name === '' ? '' : sprintf(
            '<p><img src="%s" width="760" loading="lazy" alt="%s" style="max-width:100%%;height:auto;border:1px solid #c3c4c7"></p>',
            esc_url(plugins_url("assets/help/$name.png", TAYANG_FILE)),
            /* translators: %s: title of a help tab, such as "Reading the board" */
            esc_attr(sprintf(__('Picture of the screen: %s', 'tayang'), $title))
        );
    }

    /** On core's own screens the sidebar belongs to core. */
    private function is_cores_own(\WP_Screen $screen): bool
    {
        return in_array($screen->base, ['edit', 'post', 'profile', 'user-edit', 'users'], true);
    }

    private function sidebar(): string
    {
        $sop = Plugin::instance()->sop->data();
        $links = [
            __('Board', 'tayang') => admin_url('admin.php?page=tayang-board'),
            __('My tasks', 'tayang') => admin_url('admin.php?page=tayang'),
            __('Calendar', 'tayang') => admin_url('admin.php?page=tayang-calendar'),
            __('My profile (acting officer)', 'tayang') => admin_url('profile.php#tayang'),
        ];
        $html = $sop ? sprintf('<p><strong>%s</strong><br>%s</p>', esc_html__('Your SOP', 'tayang'), esc_html((string) ($sop['number'] ?? ''))) : '';
        foreach ($links as $label => $url) {
            $html .= sprintf('<p><a href="%s">%s</a></p>', esc_url($url), esc_html($label));
        }
        return $html;
    }

    /** @return array<string, array{string, array<int, string>}> Tabs by id: title and paragraphs. */
    private function tabs(\WP_Screen $screen): array
    {
        $page = (string) preg_replace('/^.*_page_/', '', $screen->id);
        return match (true) {
            $page === Board_Page::SLUG => $this->board(),
            $page === Calendar_Page::SLUG => $this->calendar(),
            $page === Cases_Page::SLUG => $this->tasks(),
            $page === Assignment_Page::SLUG => $this->assignment(),
            $page === 'tayang-case' => $this->a_case(),
            $page === Settings_Page::SLUG => $this->settings(),
            in_array($screen->base, ['profile', 'user-edit', 'users', 'users_page_tayang-person'], true) => $this->people(),
            $screen->base === 'edit' && $this->is_governed($screen) => $this->content_list(),
            $screen->base === 'post' && $this->is_governed($screen) => $this->editor(),
            default => [],
        };
    }

    private function is_governed(\WP_Screen $screen): bool
    {
        return in_array($screen->post_type, Office::post_types(), true);
    }

    /** @return array<string, array{string, array<int, string>}> */
    private function board(): array
    {
        return [
            'board' => [__('Reading the board', 'tayang'), [
                __('One column per step of the SOP, from left to right; then what is being published, and what was published in the last seven days. The first card of a column is due first.', 'tayang'),
                __('A card says who must act and how much of the step’s time is left; what is late is red and says by how much. Time is counted as the SOP says: in office hours, or around the clock.', 'tayang'),
            ]],
            'filter' => [__('Finding something', 'tayang'), [
                __('Above the board choose the procedure, a role, a person or a division; “mine” shows only what waits for you, also as acting officer. The address of the page keeps the choice: save it as a bookmark.', 'tayang'),
                __('With the keyboard: Tab leads to the board, arrow keys move between cards and columns, Enter opens the case.', 'tayang'),
            ]],
        ];
    }

    /** @return array<string, array{string, array<int, string>}> */
    private function calendar(): array
    {
        return ['calendar' => [__('What the calendar shows', 'tayang'), [
            __('Publications that are planned or done, activities of running assignments on their date, and public holidays and observances for which a greeting may be due. Islamic dates are estimates until the government has announced them, and are marked so.', 'tayang'),
            __('All times are those of the office’s zone. A publication is planned in the panel of its case; on that day and hour it goes out by itself.', 'tayang'),
        ]]];
    }

    /** @return array<string, array{string, array<int, string>}> */
    private function tasks(): array
    {
        return ['tasks' => [__('Your tasks', 'tayang'), [
            __('Everything that waits for you, first due first: steps of your role, cases in which you were named, and what you decide as acting officer for somebody else (then the line says for whom).', 'tayang'),
            __('Writing happens in the editor, deciding on the case’s page. The same tasks come by e-mail; a link in a mail and this list lead to the same decision, and the first one counts.', 'tayang'),
        ]]];
    }

    /** @return array<string, array{string, array<int, string>}> */
    private function assignment(): array
    {
        return ['assignment' => [__('Giving an assignment', 'tayang'), [
            __('Choose the procedure, give the content a working title and say what is to be covered: activity, date, place, division and the number of the disposition. A scan of it may be attached.', 'tayang'),
            __('With the button at the end a draft is made and its case begins at step 1 of the SOP. If the first step is yours, name who goes on; that person gets a mail at once.', 'tayang'),
            __('If the server does not answer, nothing is lost: press again, it counts once.', 'tayang'),
        ]]];
    }

    /** @return array<string, array{string, array<int, string>}> */
    private function a_case(): array
    {
        return [
            'decide' => [__('Deciding', 'tayang'), [
                __('On the left is exactly what will be published: the text, the photos, the card, and the words for each channel. On the right are the steps, the time left, and the buttons that the SOP gives you now. Greyed buttons say why they wait.', 'tayang'),
                __('An approval holds for what you see. If anybody changes the text afterwards, publication stops and the case comes back. Whoever returns a case writes a note; it is shown to the writer above the text.', 'tayang'),
            ]],
            'history' => [__('History and changes', 'tayang'), [
                __('The history shows every step with name, time and note; decisions by e-mail and by acting officers are marked. Between two attempts it shows what was added and what was removed.', 'tayang'),
                __('After publication the links of the website and of every channel stand here. A published post is corrected by a correction: it goes through the SOP again, and the published one stays online meanwhile.', 'tayang'),
            ]],
        ];
    }

    /** @return array<string, array{string, array<int, string>}> */
    private function content_list(): array
    {
        return ['list' => [__('Tayang in this list', 'tayang'), [
            __('Behind the title stands the step of the SOP and who must act. The links above the list filter by step, the selection beside it by case. “Review” or “Open the case” leads to the decision.', 'tayang'),
            __('Content in the procedure cannot be published, moved to the trash or changed by quick edit around its step. What WordPress refuses, it says in a sentence that names who must act.', 'tayang'),
        ]]];
    }

    /** @return array<string, array{string, array<int, string>}> */
    private function editor(): array
    {
        return ['editor' => [__('Tayang in the editor', 'tayang'), [
            __('Write and save as always; saving changes no step. When you are done, press the button in the panel (such as “Submit”): unsaved changes are saved first, then the case moves on and the text is locked for you.', 'tayang'),
            __('In the panel you also plan the publication: the channels and the words for each, the photos and their order, alternative texts, and date and time. The counter counts as the network does.', 'tayang'),
            __('If the Tayang server does not answer, you can go on writing and saving. Only steps must wait.', 'tayang'),
        ]]];
    }

    /** @return array<string, array{string, array<int, string>}> */
    private function settings(): array
    {
        return [
            'pairing' => [__('Connecting', 'tayang'), [
                __('Whoever runs the Tayang server types: tayang site invite NAME --name "Name of the office". It prints one long code. Paste it here whole and press “Connect”: the plugin makes the user Tayang with an application password, exchanges secrets and fetches the SOP. The code works once, by default for one hour.', 'tayang'),
                __('WordPress gives application passwords only on https. If they are switched off, this page says by what.', 'tayang'),
            ]],
            'test' => [__('Testing the connection', 'tayang'), [
                __('The test goes along the whole way: does the server answer, does it accept our signature, do both speak the same protocol, is there an SOP and does every role have somebody, does the REST interface answer, and may the server come in. Each line says what was looked at and how to mend it.', 'tayang'),
            ]],
            'rules' => [__('Rules of the office', 'tayang'), [
                __('Content types that are ticked only go live through the SOP. “Who sees what” limits looking, never deciding: who may act follows from the SOP, the roles on the profiles and acting officers alone.', 'tayang'),
            ]],
        ];
    }

    /** @return array<string, array{string, array<int, string>}> */
    private function people(): array
    {
        return [
            'roles' => [__('Roles in the SOP', 'tayang'), [
                __('A person’s roles in the SOP stand on the profile, below “Tayang”. They are no WordPress roles: “Contributor” is enough for every part, since the step opens the text to whom it belongs. Only who manages users changes them.', 'tayang'),
            ]],
            'acting' => [__('Acting officers (Plh./Plt.)', 'tayang'), [
                __('Whoever is away hands over on the own profile: who acts, as Plh. or Plt., from which day to which (both included, in the office’s zone), and the reason. From the first day on the substitute gets the mails and may decide; each decision is recorded as “X acting for Y”.', 'tayang'),
                __('Several may follow each other, but only one holds at a time. “End now” gives the decision back at once. For others it is entered by who manages users.', 'tayang'),
            ]],
        ];
    }
}
